/** URLs and bodies with the placeholders `{n}` and `{g}` of load/load.ts. */
const API = 'api-version=2025-11-01';
const PROVIDER = 'providers/Microsoft.ContainerRegistry/registries';

const groupUrl = (endpoint: string, subscriptionId: string) =>
  `${endpoint}/subscriptions/${subscriptionId}/resourceGroups/g{g}/${PROVIDER}`;

/** One of the registries that the table was filled with. */
export function registryUrl(endpoint: string, subscriptionId: string): string {
  return `${groupUrl(endpoint, subscriptionId)}/bench{n}?${API}`;
}

/** A registry that does not exist. */
export function createUrl(endpoint: string, subscriptionId: string): string {
  return `${groupUrl(endpoint, subscriptionId)}/new{n}?${API}`;
}

/** The first hundred registries of a group. */
export function listUrl(endpoint: string, subscriptionId: string): string {
  return `${groupUrl(endpoint, subscriptionId)}?${API}`;
}

/** A resource below one of the registries that the table was filled with. */
export function childUrl(endpoint: string, subscriptionId: string, type: string, name: string): string {
  return `${groupUrl(endpoint, subscriptionId)}/bench{n}/${type}/${name}?${API}`;
}

/** One of the webhooks below those of the table that have any. */
export function webhookUrl(endpoint: string, subscriptionId: string): string {
  return childUrl(endpoint, subscriptionId, 'webhooks', 'hook050');
}

/** All hundred of them. */
export function webhooksUrl(endpoint: string, subscriptionId: string): string {
  return `${groupUrl(endpoint, subscriptionId)}/bench{n}/webhooks?${API}`;
}

/** A webhook that does not exist, below any registry of the table. */
export function createWebhookUrl(endpoint: string, subscriptionId: string): string {
  return childUrl(endpoint, subscriptionId, 'webhooks', 'new{r}');
}

/** Its tag is another one in each request, so that there is always something to change. */
export const REGISTRY_BODY = JSON.stringify({
  location: 'westeurope',
  sku: { name: 'Premium' },
  tags: { team: 'platform', number: '{r}' },
  properties: { adminUserEnabled: true },
});

export const WEBHOOK_BODY = JSON.stringify({
  location: 'westeurope',
  properties: { serviceUri: 'https://hooks.example/push', actions: ['push'] },
});

export const SCOPE_MAP_BODY = JSON.stringify({ properties: { actions: ['repositories/hello-world/content/read'] } });
