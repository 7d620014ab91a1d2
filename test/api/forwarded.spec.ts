import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type ArmAppOptions, type GivenGroup } from '../support/arm-app.js';

const FORWARDED = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'arm.example.com',
  'x-forwarded-port': '8443',
};
const FROM_OUTSIDE = 'https://arm.example.com:8443';

/** Links lead to where the proxy is, which is not where these requests are sent: the general check cannot hold. */
async function linksOf(app: ArmApp, headers: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const group: GivenGroup = await app.given.group();
  const send = async (method: string, path: string, body?: object, apiVersion = '2025-11-01') => {
    const { searchParams, pathname } = new URL(path, app.origin);
    searchParams.set('api-version', apiVersion);
    const answer = await fetch(`${app.origin}${pathname}?${searchParams.toString()}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${group.subscription.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await answer.text();
    return { headers: answer.headers, body: (text ? JSON.parse(text) : {}) as { nextLink?: string } };
  };
  const registries = `${group.path}/providers/Microsoft.ContainerRegistry/registries`;
  const basic = { location: 'westeurope', sku: { name: 'Basic' } };
  const made = await send('PUT', `${registries}/proxied0001`, basic);
  await send('PUT', `${registries}/proxied0002`, basic);
  await app.settle();
  const page = await send('GET', `${registries}?$top=1`);
  const poll = await send('GET', new URL(made.headers.get('azure-asyncoperation') ?? '', app.origin).pathname);
  const gone = await send('DELETE', `${registries}/proxied0001`);
  await send('DELETE', `${registries}/proxied0002`);
  await app.settle();
  const metadata = await send('GET', '/metadata/endpoints', undefined, '2019-05-01');
  const unsigned = await fetch(`${app.origin}/subscriptions?api-version=2022-12-01`, { headers });
  expect(poll.body).toEqual({ status: 'Succeeded' });
  return {
    'azure-asyncoperation': made.headers.get('azure-asyncoperation') ?? '',
    nextLink: page.body.nextLink ?? '',
    location: gone.headers.get('location') ?? '',
    resourceManager: (metadata.body as unknown as { resourceManager: string }[])[0]?.resourceManager ?? '',
    challenge: /authorization_uri="([^"]+)"/.exec(unsigned.headers.get('www-authenticate') ?? '')?.[1] ?? '',
  };
}

/** Sends what other clients would refuse to send. */
function raw(app: ArmApp, path: string, host: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(app.origin);
    const request = httpRequest({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    request.once('error', reject).end();
  });
}

const originsOf = (links: Record<string, string>) =>
  Object.fromEntries(Object.entries(links).map(([name, link]) => [name, new URL(link).origin]));
const all = (origin: string) => ({
  'azure-asyncoperation': origin,
  nextLink: origin,
  location: origin,
  resourceManager: origin,
  challenge: origin,
});

async function withApp(settings: ArmAppOptions['settings'], work: (app: ArmApp) => Promise<void>): Promise<void> {
  const app = await armApp({ settings: settings ?? {} });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

describe('absolute URLs behind a proxy', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_TRUSTED_PROXIES: '127.0.0.1' } });
  });
  afterAll(() => app?.close());

  it('lead to where the client came from, when the proxy is trusted', async () => {
    expect(originsOf(await linksOf(app, FORWARDED))).toEqual(all(FROM_OUTSIDE));
  });

  it('lead to the service itself, when the proxy says nothing', async () => {
    expect(originsOf(await linksOf(app, {}))).toEqual(all(app.origin));
  });

  it.each(['evil.example/subscriptions', 'evil.example#', 'user@evil.example', '"evil"', 'evil.example, a b'])(
    'have nothing of the host %j',
    async (host) => {
      const links = await linksOf(app, { 'x-forwarded-host': host, 'x-forwarded-proto': 'gopher' });
      expect(originsOf(links)).toEqual(all(app.origin));
    },
  );

  it('take the host from the header alone, however the path is written', async () => {
    const group = await app.given.group();
    for (const name of ['slashes001', 'slashes002'])
      await app.given.registry({ group, name, body: { sku: { name: 'Basic' } } });
    const path = `/${group.path}/providers/Microsoft.ContainerRegistry/registries?$top=1`;
    const { body } = await app.request<{ nextLink: string }>('GET', path);
    expect(new URL(body.nextLink).origin).toBe(app.origin);
  });

  it.each(['evil.example/subscriptions', 'user@evil.example', '"evil"', 'a b', '['])(
    'are made of %j by nobody, not even as the Host',
    async (host) => {
      const { status, body } = await raw(app, `/metadata/endpoints?api-version=2015-01-01`, host);
      expect([status, JSON.parse(body)]).toMatchObject([200, { portalEndpoint: 'http://localhost/' }]);
    },
  );

  it('have nothing of a host in the request line', async () => {
    const path = '/metadata/endpoints?api-version=2015-01-01';
    const { body } = await raw(app, `http://evil.example${path}`, 'arm.example');
    expect(body).not.toContain('evil');
  });

  it('ignore whoever is not trusted', async () => {
    await withApp({ BERTH_TRUSTED_PROXIES: '192.0.2.0/24' }, async (other) => {
      expect(originsOf(await linksOf(other, FORWARDED))).toEqual(all(other.origin));
    });
    await withApp({}, async (other) => {
      expect(originsOf(await linksOf(other, FORWARDED))).toEqual(all(other.origin));
    });
  });
});
