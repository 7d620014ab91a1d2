import type { Webhook } from '../../src/webhooks/webhook.entity.js';

/** Columns of the service's own statement, which the floor sends too. */
export type WebhookRow = Omit<Webhook, 'callback'>;

/** The answer to a GET of a webhook, written out by hand, its callback left sealed. */
export function webhookBody(row: WebhookRow): string {
  return JSON.stringify({
    id: `/subscriptions/${row.subscriptionId}/resourceGroups/${row.groupName}/providers/Microsoft.ContainerRegistry/registries/${row.registryName}/webhooks/${row.name}`,
    name: row.name,
    type: 'Microsoft.ContainerRegistry/registries/webhooks',
    systemData: {
      createdBy: row.createdBy,
      createdByType: row.createdByType,
      createdAt: row.createdAt.toISOString(),
      lastModifiedBy: row.lastModifiedBy,
      lastModifiedByType: row.lastModifiedByType,
      lastModifiedAt: row.lastModifiedAt.toISOString(),
    },
    location: row.location,
    tags: row.tags,
    properties: {
      status: row.status,
      scope: row.scope,
      actions: row.actions,
      provisioningState: row.provisioningState,
    },
  });
}
