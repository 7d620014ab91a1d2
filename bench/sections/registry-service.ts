import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { startService, type Service } from '../service.js';
import type { Stage } from './stage.js';

const READY_LIMIT_MS = 30_000;
const RETRY_MS = 50;
/** Within what a caller may ask of the control plane. */
const READY_POLL_MS = 100;
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
    settings: {
      BERTH_REGISTRY_PORTS: `${first}-${first + PORTS.count}`,
      // Requests are counted as everywhere, and none is refused.
      BERTH_REGISTRY_RATE_PERCENT: '1000000',
    },
  });
  stage.atEnd('the service with engines', service.stop);
  const url = `${service.endpoint}/subscriptions/${service.subscriptionId}/resourceGroups/${GROUP}?api-version=2024-11-01`;
  await asked(service, 'PUT', url, { location: 'westeurope' });
  return service;
}

/** Creates a registry and asks for its passwords, without waiting for anything. */
export async function putRegistry(service: Service, name: string): Promise<LoginServer> {
  const url = urlOf(service, name);
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

/** Creates a webhook that hears of pushes. */
export async function putWebhook(
  service: Service,
  registry: string,
  name: string,
  { serviceUri, scope }: { readonly serviceUri: string; readonly scope: string },
): Promise<void> {
  const body = { location: 'westeurope', properties: { serviceUri, scope, actions: ['push'] } };
  await asked(service, 'PUT', `${urlOf(service, registry)}/webhooks/${name}?${API}`, body);
}

/** Creates a replication and waits until it has all that the registry holds. Answers `localhost:<port>` of the region. */
export async function putReplication(service: Service, registry: string, region: string): Promise<string> {
  const url = urlOf(service, registry);
  await asked(service, 'PUT', `${url}/replications/${region}?${API}`, { location: region });
  for (;;) {
    const { properties } = (await asked(service, 'GET', `${url}/replications/${region}?${API}`)) as {
      properties: { status: { displayStatus?: string; message?: string } };
    };
    if (properties.status.displayStatus === 'Ready') break;
    if (properties.status.displayStatus === 'Failed') throw new Error(properties.status.message);
    await pause(READY_POLL_MS);
  }
  const { value } = (await asked(service, 'GET', `${url}/regionEndpoints?${API}`)) as {
    value: readonly { region: string; loginServer?: string }[];
  };
  const host = value.find((endpoint) => endpoint.region === region)?.loginServer;
  if (host === undefined) throw new Error(`The region ${region} has no port.`);
  return host;
}

function urlOf({ endpoint, subscriptionId }: Service, registry: string): string {
  return `${endpoint}/subscriptions/${subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.ContainerRegistry/registries/${registry}`;
}

/** A registry that gives tokens, and a token for it. */
export interface ReadyRegistry {
  readonly host: string;
  /** With an access token for the scope. */
  readonly headers: Readonly<Record<string, string>>;
  /** `Authorization` of the admin user. */
  readonly basic: string;
}

/** Creates a registry and waits until its login server gives an access token for the scope. */
export async function readyRegistry(service: Service, name: string, scope: string): Promise<ReadyRegistry> {
  const { loginServer: host, authorization: basic } = await putRegistry(service, name);
  const url = `https://${host}/oauth2/token?${new URLSearchParams({ service: host, scope }).toString()}`;
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    const answer = await request(url, { dispatcher: service.agent, headers: { authorization: basic } }).catch(
      () => undefined,
    );
    const body = (await answer?.body.json()) as { access_token?: string } | undefined;
    if (answer?.statusCode === 200) return { host, basic, headers: { authorization: `Bearer ${body?.access_token}` } };
    await pause(RETRY_MS);
  }
  throw new Error(`${host} gave no token within ${READY_LIMIT_MS} ms.`);
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
