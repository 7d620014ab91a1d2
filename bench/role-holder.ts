import { randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import type { Service } from './service.js';

const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const ROLES = 'providers/Microsoft.Authorization';
const API = 'api-version=2022-04-01';

interface Principal {
  readonly appId: string;
  readonly objectId: string;
  readonly secret: string;
}

/** What a service principal sends with its requests that is no operator, and may read because of a role alone. */
export async function roleHolder(service: Service): Promise<Readonly<Record<string, string>>> {
  const { endpoint, subscriptionId, headers } = service;
  const { appId, objectId, secret } = (await asked(service, 'POST', '/identity/servicePrincipals', headers, {
    displayName: 'bench-reader',
  })) as Principal;
  const scope = `/subscriptions/${subscriptionId}`;
  await asked(service, 'PUT', `${scope}/${ROLES}/roleAssignments/${randomUUID()}?${API}`, headers, {
    properties: { roleDefinitionId: `${scope}/${ROLES}/roleDefinitions/${READER}`, principalId: objectId },
  });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: secret,
    scope: `${endpoint}/.default`,
  });
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const { access_token: token } = (await asked(service, 'POST', '/adfs/oauth2/token', type, form.toString())) as {
    access_token: string;
  };
  return { ...headers, authorization: `Bearer ${token}` };
}

async function asked(
  { agent, endpoint }: Service,
  method: Dispatcher.HttpMethod,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object | string,
): Promise<object> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await request(`${endpoint}${path}`, { method, headers, dispatcher: agent, body: text });
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${await answer.body.text()}`);
  return (await answer.body.json()) as object;
}
