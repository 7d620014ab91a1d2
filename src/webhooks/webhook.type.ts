import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import { callbackOf, callbackProblems } from './callback.js';
import { newSignatureSecrets } from './signature.js';
import type { Webhook } from './webhook.entity.js';

export const WEBHOOK_TYPE = 'Microsoft.ContainerRegistry/registries/webhooks';

const MAX_SCOPE_CHARACTERS = 512;
/** Spaces, control characters and halves of characters; no repository or tag has them. */
const NOT_IN_SCOPES = /[\s\p{Cc}\p{Cs}]/u;

/** The registry's SKU, how many webhooks there would be, and where the registry lies. */
export interface WebhookContext {
  readonly sku: SkuName;
  readonly webhooks: number;
  readonly locations: readonly string[];
}

/** A webhook as the pipeline needs to know it. Nothing has to be made for it: it holds with the commit. */
export const webhookType: ResourceType<Webhook, WebhookContext, Registry> = {
  type: WEBHOOK_TYPE,
  name: { pattern: /^[a-zA-Z0-9]{5,50}$/, rule: 'Webhook names have 5 to 50 letters and digits.' },
  uniqueConstraints: ['webhooks_key_unique'],
  work: { create: false, delete: false },
  fields: {
    ...CHILD_FIELDS,
    location: 'create',
    tags: 'any',
    status: 'any',
    scope: 'any',
    actions: 'any',
    sealedCallback: 'service',
    callback: 'any',
    sealedSignatureSecrets: 'service',
    signatureSecrets: 'service',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    location: registry.location,
    tags: {},
    status: 'enabled',
    scope: '',
    actions: [],
    sealedCallback: Buffer.alloc(0),
    callback: callbackOf({ serviceUri: '', customHeaders: {} }),
    sealedSignatureSecrets: null,
    signatureSecrets: newSignatureSecrets(),
  }),
  validate: ({ callback, scope }) => [...callbackProblems(callback), ...scopeProblems(scope)],
  admit: ({ location }, { sku, webhooks, locations }, current) =>
    current ? [] : [...locationProblems(location, locations), ...overages(sku, { webhooks })],
};

function scopeProblems(scope: string): Problem[] {
  if (scope.length <= MAX_SCOPE_CHARACTERS && !NOT_IN_SCOPES.test(scope)) return [];
  return [
    {
      code: 'InvalidParameter',
      target: 'properties.scope',
      message:
        `'properties.scope' must be like repository, repository:tag or repository:*, without spaces and with at most ` +
        `${MAX_SCOPE_CHARACTERS} characters. Leave it empty for everything in the registry.`,
    },
  ];
}

/** Its location is one where the registry lies; it tells of what happens in all of them. */
function locationProblems(location: string, locations: readonly string[]): Problem[] {
  if (locations.includes(location)) return [];
  return [
    {
      code: 'LocationNotAvailableForResourceType',
      target: 'location',
      message:
        `The provided location '${location}' is not available for resource type '${WEBHOOK_TYPE}'. ` +
        `The registry lies in '${locations.join(',')}'.`,
    },
  ];
}
