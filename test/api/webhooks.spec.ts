import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { HandClock } from '../support/hand-clock.js';
import { until } from '../support/until.js';
import { webhookReceiver } from '../support/webhook-receiver.js';

interface WebhookAnswer {
  readonly name: string;
  readonly location: string;
  readonly systemData: { readonly lastModifiedAt: string };
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Events {
  readonly value: readonly { readonly id: string }[];
  readonly nextLink?: string;
}

interface Problem {
  readonly target?: string;
}

const URI = 'https://user:pass@hooks.example/team?key=0secret0';
const HEADERS = { Authorization: 'Bearer 0secret0', 'X-Empty': '' };

describe('webhooks', () => {
  const clock = new HandClock();
  let app: ArmApp;
  let registry: string;
  let location: string;

  beforeAll(async () => {
    app = await armApp({ clock, settings: { BERTH_REGIONS: 'westeurope,eastus' } });
    registry = (await app.given.registry()).path;
    location = (await app.request<{ location: string }>('GET', registry)).body.location;
  });
  afterAll(() => app?.close());

  const bodyOf = (properties: object = {}, over: object = {}) => ({
    location,
    properties: { serviceUri: URI, actions: ['push'], ...properties },
    ...over,
  });
  const put = (name: string, body: unknown = bodyOf(), path = registry) =>
    app.request<WebhookAnswer>('PUT', `${path}/webhooks/${name}`, body);
  const callback = async (name: string) =>
    (await app.request('POST', `${registry}/webhooks/${name}/getCallbackConfig`)).body;

  it('hold as soon as they are written', async () => {
    const one = `${registry}/webhooks/TellMe1`;
    const made = await put(
      'TellMe1',
      bodyOf({ customHeaders: HEADERS, actions: ['push', 'push'] }, { tags: { a: '1' } }),
    );
    expect(made).toMatchObject({
      status: 200,
      body: { id: one, name: 'TellMe1', type: 'Microsoft.ContainerRegistry/registries/webhooks', location },
    });
    expect(made.body).toMatchObject({ tags: { a: '1' } });
    expect(made.body.properties).toEqual({
      status: 'enabled',
      scope: '',
      actions: ['push'],
      provisioningState: 'Succeeded',
    });
    expect(await app.request('GET', `${registry.toUpperCase()}/WEBHOOKS/tellme1`)).toMatchObject({
      status: 200,
      body: made.body,
    });
    expect(
      await put('tellme1', bodyOf({ customHeaders: HEADERS }, { location: 'West Europe', tags: { a: '1' } })),
    ).toMatchObject({
      status: 200,
      body: { ...made.body, name: 'tellme1', id: `${registry}/webhooks/tellme1` },
    });
    expect(await app.request('DELETE', one)).toMatchObject({ status: 200 });
    expect(await app.request('DELETE', one)).toMatchObject({ status: 204 });
    for (const [method, path] of [
      ['GET', one],
      ['POST', `${one}/ping`],
      ['POST', `${one}/listEvents`],
      ['POST', `${one}/getCallbackConfig`],
      ['PATCH', one],
    ] as const)
      expect(await app.request(method, path, method === 'PATCH' ? {} : undefined)).toMatchObject({
        status: 404,
        body: { error: { code: 'ResourceNotFound' } },
      });
  });

  it.each(Object.keys(API_VERSIONS))('are served in %s', async (apiVersion) => {
    const path = `${registry}/webhooks/versioned`;
    for (const [method, at, body] of [
      ['PUT', path, bodyOf()],
      ['PATCH', path, { properties: { status: 'disabled' } }],
      ['GET', path, undefined],
      ['GET', `${registry}/webhooks`, undefined],
      ['POST', `${path}/ping`, undefined],
      ['POST', `${path}/listEvents`, undefined],
      ['POST', `${path}/getCallbackConfig`, undefined],
      ['DELETE', path, undefined],
    ] as const)
      expect(await app.request(method, at, body, { apiVersion })).toMatchObject({ status: 200 });
  });

  it('are changed by what a patch names, and keep the rest, secrets included', async () => {
    await put('patched1', bodyOf({ customHeaders: HEADERS, scope: 'foo:*' }, { tags: { a: '1' } }));
    const patch = async (body: object) =>
      (await app.request<WebhookAnswer>('PATCH', `${registry}/webhooks/patched1`, body)).body;

    expect(await patch({ tags: { b: '2' }, properties: { status: 'disabled', actions: ['delete'] } })).toMatchObject({
      tags: { b: '2' },
      properties: { status: 'disabled', scope: 'foo:*', actions: ['delete'] },
    });
    expect(await callback('patched1')).toEqual({ serviceUri: URI, customHeaders: HEADERS });

    const before = await patch({});
    clock.pass(1);
    const moved = await patch({ properties: { serviceUri: 'http://127.0.0.1:9/other' } });
    expect(moved.properties).toEqual(before.properties);
    expect(Date.parse(moved.systemData.lastModifiedAt)).toBeGreaterThan(Date.parse(before.systemData.lastModifiedAt));
    expect(await callback('patched1')).toEqual({ serviceUri: 'http://127.0.0.1:9/other', customHeaders: HEADERS });

    await patch({ properties: { customHeaders: { 'X-New': '1' } } });
    expect(await callback('patched1')).toMatchObject({ customHeaders: { 'X-New': '1' } });
    await patch({ properties: { customHeaders: {} } });
    expect(await callback('patched1')).toEqual({ serviceUri: 'http://127.0.0.1:9/other', customHeaders: {} });

    const refused = { status: 400, body: { error: { target: 'properties.serviceUri' } } };
    expect(
      await app.request('PATCH', `${registry}/webhooks/patched1`, { properties: { serviceUri: null } }),
    ).toMatchObject(refused);
  });

  it('tell their secrets to getCallbackConfig alone', async () => {
    const made = await put('discreet', bodyOf({ customHeaders: HEADERS }));
    const { body: pinged } = await app.request<{ id: string }>('POST', `${registry}/webhooks/discreet/ping`);
    const answers = [
      made,
      await put('discreet', bodyOf({ customHeaders: HEADERS })),
      await app.request('PATCH', `${registry}/webhooks/discreet`, { properties: { customHeaders: HEADERS } }),
      await app.request('GET', `${registry}/webhooks/discreet`),
      await app.request('GET', `${registry}/webhooks`),
      await app.request('POST', `${registry}/webhooks/discreet/listEvents`),
      await put('discreet', bodyOf({ customHeaders: { 'X-A': '0secret0\n' } })),
      await put('discreet', bodyOf({ serviceUri: 'ftp://0secret0' })),
      await put('discreet', bodyOf({ customHeaders: { 'X-A': { b: '0secret0' } } })),
    ];
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('0secret0');
    expect(await callback('discreet')).toEqual({ serviceUri: URI, customHeaders: HEADERS });
    const rows = await app.sql("select w::text as w, encode(sealed_callback, 'escape') as sealed from webhooks w");
    const events = await app.sql('select e::text as e from webhook_events e where id = $1', [pinged.id]);
    expect(events).toHaveLength(1);
    expect(JSON.stringify([rows, events])).not.toContain('0secret0');
  });

  it('lie where their registry or a replica of it does', async () => {
    const { path } = await app.given.registry();
    await app.request('PUT', `${path}/replications/eastus`, { location: 'eastus' });
    expect(await put('replica1', bodyOf({}, { location: 'East US' }), path)).toMatchObject({
      status: 200,
      body: { location: 'eastus' },
    });
    expect(await put('abroad1', bodyOf({}, { location: 'eastus' }))).toMatchObject({
      status: 400,
      body: { error: { code: 'LocationNotAvailableForResourceType', target: 'location' } },
    });
    await put('settled1');
    expect(await put('settled1', bodyOf({}, { location: 'eastus' }))).toMatchObject({
      status: 409,
      body: { error: { code: 'InvalidResourceLocation' } },
    });
    expect(await put('nowhere1', { properties: bodyOf().properties })).toMatchObject({
      status: 400,
      body: { error: { code: 'LocationRequired' } },
    });
  });

  it.each([
    [{ serviceUri: undefined }, 'properties.serviceUri'],
    [{ serviceUri: 7 }, 'properties.serviceUri'],
    [{ serviceUri: 'hooks.example' }, 'properties.serviceUri'],
    [{ serviceUri: 'ftp://hooks.example' }, 'properties.serviceUri'],
    [{ serviceUri: 'http://%zz:a@hooks.example' }, 'properties.serviceUri'],
    [{ serviceUri: `https://hooks.example/${'a'.repeat(2_048)}` }, 'properties.serviceUri'],
    [{ customHeaders: ['a'] }, 'properties.customHeaders'],
    [{ customHeaders: { a: 1 } }, 'properties.customHeaders'],
    [{ customHeaders: { 'a b': '1' } }, 'properties.customHeaders.a b'],
    [{ customHeaders: { a: 'é\u0100' } }, 'properties.customHeaders.a'],
    [{ customHeaders: { 'Content-Length': '1' } }, 'properties.customHeaders.Content-Length'],
    [{ customHeaders: { 'X-A': '1', 'x-a': '2' } }, 'properties.customHeaders'],
    [{ customHeaders: { a: 'a'.repeat(8_192) } }, 'properties.customHeaders'],
    [{ status: 'on' }, 'properties.status'],
    [{ scope: 1 }, 'properties.scope'],
    [{ scope: 'foo bar' }, 'properties.scope'],
    [{ scope: 'foo\u0000' }, 'properties.scope'],
    [{ scope: 'a'.repeat(513) }, 'properties.scope'],
    [{ actions: undefined }, 'properties.actions'],
    [{ actions: [] }, 'properties.actions'],
    [{ actions: 'push' }, 'properties.actions'],
    [{ actions: ['pull'] }, 'properties.actions'],
    [{ colour: 'blue' }, 'properties.colour'],
  ])('with %j are refused', async (properties, target) => {
    const { status, body } = await put('refused1', bodyOf(properties));
    const { error } = body as unknown as { error: Problem & { details?: Problem[] } };
    expect([status, ...new Set((error.details ?? [error]).map((problem) => problem.target))]).toEqual([400, target]);
    expect(await app.sql(`select 1 from webhooks where key = 'refused1'`)).toEqual([]);
  });

  it.each(['abcd', 'a'.repeat(51), 'with-hyphen', 'wíthaccent'])('cannot be called %s', async (name) => {
    expect(await put(encodeURIComponent(name))).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidResourceName' } },
    });
  });

  it('below a registry that is not there are told so', async () => {
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    expect(await put('orphan1', bodyOf(), `${registry}gone`)).toMatchObject(told);
    expect(await app.request('GET', `${registry}gone/webhooks`)).toMatchObject(told);
    expect(await app.request('POST', `${registry}gone/webhooks/orphan1/ping`)).toMatchObject(told);
  });

  it('of another tenant are not pinged', async () => {
    await put('foreign1');
    const token = await app.token({ tenantId: '7d1f3a52-0b6f-4d67-9a0c-5f2d8b1e4c33' });
    for (const action of ['ping', 'listEvents', 'getCallbackConfig'])
      expect(await app.request('POST', `${registry}/webhooks/foreign1/${action}`, undefined, { token })).toMatchObject({
        status: 401,
        body: { error: { code: 'InvalidAuthenticationTokenTenant' } },
      });
  });

  it('are listed in pages', async () => {
    const { path } = await app.given.registry();
    expect((await app.request('GET', `${path}/webhooks`)).body).toEqual({ value: [] });
    const names = ['hook1', 'hook2', 'hook3'];
    for (const name of names) await put(name, bodyOf(), path);
    const seen: string[] = [];
    for (let next: string | undefined = `${path}/webhooks?$top=2`; next;) {
      const { body }: { body: { value: WebhookAnswer[]; nextLink?: string } } = await app.request('GET', next);
      seen.push(...body.value.map(({ name }) => name));
      next = body.nextLink;
    }
    expect(seen).toEqual(names);
  });

  it.each([
    ['Basic', 2, 110],
    ['Standard', 10, 110],
    ['Premium', 500, 520],
  ])('of a %s registry are %i, whoever comes at once', async (sku, limit, clients) => {
    const { path } = await app.given.registry({ body: { sku: { name: sku } } });
    const answers = await Promise.all(
      Array.from({ length: clients }, (_, index) => put(`racing${index}`, bodyOf(), path)),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409)]).toEqual([limit, clients - limit]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: {
        code: 'QuotaExceeded',
        message: expect.stringContaining(
          `Quota exceeded for resource type webhooks for the registry SKU ${sku}.`,
        ) as string,
      },
    });
    const usages = await app.request<{ value: { name: string }[] }>('GET', `${path}/listUsages`);
    expect(usages.body.value.find(({ name }) => name === 'Webhooks')).toMatchObject({ limit, currentValue: limit });
  });

  it.each([
    ['nothing', {}, 'from', 400],
    ['both', { id: randomUUID(), from: '2026-03-01T00:00:00Z' }, 'id', 400],
    ['no time', { from: 'yesterday' }, 'from', 400],
    ['no id', { id: 'a' }, 'id', 400],
    ['what is not asked', { from: '2026-03-01T00:00:00Z', all: true }, 'all', 400],
    ['an event that it does not have', { id: randomUUID() }, 'id', 404],
  ])('send nothing again for %s', async (_what, body, target, status) => {
    const path = `${registry}/webhooks/again`;
    expect(await put('again')).toMatchObject({ status: 200 });
    expect(await app.request('POST', `${path}/redeliver`, body)).toMatchObject({ status, body: { error: { target } } });
  });

  it('list their events from the newest to the oldest, in pages that clients follow with GET', async () => {
    const path = `${registry}/webhooks/pinged`;
    expect(await put('pinged')).toMatchObject({ status: 200 });
    const ids: string[] = [];
    for (let nth = 0; nth < 5; nth++) {
      // Two at the same moment.
      if (nth !== 2) clock.pass(1);
      ids.unshift((await app.request<{ id: string }>('POST', `${path}/ping`)).body.id);
    }
    const whole = (await app.request<Events>('POST', `${path}/listEvents`)).body.value.map(({ id }) => id);
    expect(whole.toSorted()).toEqual(ids.toSorted());
    expect([whole[0], whole[1], whole[4]]).toEqual([ids[0], ids[1], ids[4]]);

    const first = await app.request<Events>('POST', `${path}/listEvents?$top=2`);
    const seen = first.body.value.map(({ id }) => id);
    const authorization = `Bearer ${await app.token()}`;
    for (let next = first.body.nextLink; next;) {
      const { statusCode, body } = await request(next.replace('localhost', '127.0.0.1'), {
        headers: { authorization, host: new URL(next).host },
      });
      expect(statusCode).toBe(200);
      const page = (await body.json()) as Events;
      seen.push(...page.value.map(({ id }) => id));
      next = page.nextLink;
    }
    expect(seen).toEqual(whole);
    const strange = `${path}/listEvents?$skipToken=${Buffer.from('2026').toString('base64url')}`;
    expect(await app.request('POST', strange)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidSkipToken' } },
    });
  });

  it('stand in the way of a smaller SKU', async () => {
    const { path } = await app.given.registry({ body: { sku: { name: 'Standard' } } });
    for (const name of ['many1', 'many2', 'many3']) await put(name, bodyOf(), path);
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining('webhooks') as string } },
    });
  });

  it('go with their registry, events included', async () => {
    const { path } = await app.given.registry();
    await put('brief1', bodyOf(), path);
    const { body } = await app.request<{ id: string }>('POST', `${path}/webhooks/brief1/ping`);
    await app.request('DELETE', path);
    await app.settle();
    expect(await app.sql(`select name from webhooks where name = 'brief1'`)).toEqual([]);
    expect(await app.sql('select id from webhook_events where id = $1', [body.id])).toEqual([]);
  });
});

it('a ping is posted by a process with the worker role without being asked', async () => {
  const receiver = await webhookReceiver();
  const app = await armApp({ settings: { BERTH_ROLES: 'api,worker' } });
  try {
    const { path } = await app.given.registry();
    const { body } = await app.request<{ location: string }>('GET', path);
    const properties = { serviceUri: receiver.origin, actions: ['push'] };
    await app.request('PUT', `${path}/webhooks/hook1`, { location: body.location, properties });
    await app.request('POST', `${path}/webhooks/hook1/ping`);
    await until(() => receiver.received.length > 0);
    expect(receiver.received).toMatchObject([{ method: 'POST', path: '/' }]);
  } finally {
    await app.close();
    await receiver.close();
  }
});
