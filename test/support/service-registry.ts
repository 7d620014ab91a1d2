import { request } from 'undici';
import { basic, OciClient } from './oci-client.js';
import type { Service } from './service.js';
import { until } from './until.js';

const GROUP = 'resourceGroups/kill';
const LOCATION = 'westeurope';

/** A registry of a whole service, as an operator has it made. */
export interface ServiceRegistry {
  readonly loginServer: string;
  /** Makes what is named below the registry, such as `webhooks/one`, and waits until it is there. */
  child(path: string, body: object): Promise<void>;
  /** A client of its own, of the admin user. */
  client(): OciClient;
}

interface Provisioned {
  readonly properties: { readonly provisioningState: string; readonly loginServer: string };
}

/** @throws Error when the service answers with one. */
export async function serviceRegistry(
  service: Service,
  { name, sku }: { readonly name: string; readonly sku: string },
): Promise<ServiceRegistry> {
  const path = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/${name}`;

  async function arm<Body>(method: 'GET' | 'PUT' | 'POST', at: string, body?: object): Promise<Body> {
    const apiVersion = at === GROUP ? '2021-04-01' : '2025-11-01';
    const url = `${service.endpoint}/subscriptions/${service.subscriptionId}/${at}?api-version=${apiVersion}`;
    const headers = { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' };
    const json = body ? JSON.stringify(body) : null;
    const answer = await request(url, { method, headers, body: json, dispatcher: service.agent });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${at}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as Body;
  }

  async function made(at: string, body: object): Promise<Provisioned> {
    await arm('PUT', at, body);
    await until(async () => (await arm<Provisioned>('GET', at)).properties.provisioningState === 'Succeeded', 45_000);
    return arm('GET', at);
  }

  await arm('PUT', GROUP, { location: LOCATION });
  const wanted = { location: LOCATION, sku: { name: sku }, properties: { adminUserEnabled: true } };
  const { loginServer } = (await made(path, wanted)).properties;
  const { username, passwords } = await arm<{ username: string; passwords: { value: string }[] }>(
    'POST',
    `${path}/listCredentials`,
  );
  return {
    loginServer,
    child: async (of, body) => void (await made(`${path}/${of}`, body)),
    client: () => new OciClient(`https://${loginServer}`, service.ca, basic(username, passwords[0]?.value ?? '')),
  };
}
