import { ResourceId } from '../../src/arm/resource-id.js';
import { callbackOf } from '../../src/webhooks/callback.js';
import type { Webhook } from '../../src/webhooks/webhook.entity.js';
import { WEBHOOK_TYPE, webhookType } from '../../src/webhooks/webhook.type.js';
import { WebhooksRepository } from '../../src/webhooks/webhooks.repository.js';
import type { Edge, GivenRegistry } from './oci-edge.js';

const CALLER = { tenantId: 'tests', objectId: 'tests', name: 'tests', type: 'Application' } as const;
let made = 0;

/** A webhook of a registry, which wants to hear of pushes to all of it unless told otherwise. */
export async function givenWebhook(
  edge: Edge,
  { registry }: GivenRegistry,
  { serviceUri = 'http://127.0.0.1:9', ...settings }: Partial<Webhook> & { readonly serviceUri?: string } = {},
): Promise<Webhook> {
  const { subscriptionId, groupName, name } = registry;
  const below = `/subscriptions/${subscriptionId}/resourceGroups/${groupName}/providers`;
  const id = ResourceId.parse(`${below}/${WEBHOOK_TYPE.replace('/webhooks', `/${name}/webhooks`)}/hook${made++}`);
  if (!id) throw new Error(`No id of a webhook below ${name}.`);
  const webhook: Webhook = {
    ...webhookType.fresh(id, CALLER, new Date(), registry),
    actions: ['push'],
    provisioningState: 'Succeeded',
    callback: callbackOf({ serviceUri, customHeaders: {} }),
    ...settings,
  };
  await edge.transaction((tx) => edge.get(WebhooksRepository).insert(tx, webhook));
  return webhook;
}
