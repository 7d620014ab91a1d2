import { randomInt } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { startService, type Service } from '../service.js';
import type { Stage } from './stage.js';

const GROUP = 'bench';
const API = 'api-version=2025-11-01';
/** Below the ports that the system gives to clients. */
const PORTS = { lowest: 10_000, highest: 32_000, count: 100 };

/** A registry with its admin user's credentials. */
export interface LoginServer {
  readonly loginServer: string;
  /** Basic, of the admin user. */
  readonly authorization: string;
}

/** The service as a user runs it: every role, TLS, engines; with a resource group in it. `name` is of this one alone. */
export async function openRegistryService(stage: Stage, name: string): Promise<Service> {
  const first = randomInt(PORTS.lowest, PORTS.highest);
  const service = await startService({
    folder: await stage.folder(name),
    databaseUrl: await stage.database.create(name),
    settings: { BERTH_REGISTRY_PORTS: `${first}-${first + PORTS.count}` },
  });
  stage.atEnd('the service with engines', service.stop);
  const url = `${service.endpoint}/subscriptions/${service.subscriptionId}/resourceGroups/${GROUP}?api-version=2024-11-01`;
  await asked(service, 'PUT', url, { location: 'westeurope' });
  return service;
}

/** Creates a registry and asks for its passwords, without waiting for anything. */
export async function putRegistry(service: Service, name: string): Promise<LoginServer> {
  const { endpoint, subscriptionId } = service;
  const url = `${endpoint}/subscriptions/${subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const { properties } = (await asked(service, 'PUT', `${url}?${API}`, {
    location: 'westeurope',
    sku: { name: 'Premium' },
    properties: { adminUserEnabled: true },
  })) as { properties: { loginServer: string } };
  const { username, passwords } = (await asked(service, 'POST', `${url}/listCredentials?${API}`)) as {
    username: string;
    passwords: readonly { value: string }[];
  };
  const basic = Buffer.from(`${username}:${passwords[0]?.value}`).toString('base64');
  return { loginServer: properties.loginServer, authorization: `Basic ${basic}` };
}

async function asked(
  { agent, headers }: Service,
  method: Dispatcher.HttpMethod,
  url: string,
  body?: object,
): Promise<object> {
  const sent = body ? { body: JSON.stringify(body) } : {};
  const answer = await request(url, { method, headers, dispatcher: agent, ...sent });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${url} was answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text) as object;
}
