import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
/** Where no worker may connect to, so that its answer takes no time. */
const SOURCE = { registryUri: '10.1.2.3', sourceImage: 'library/hello-world:latest' };
const RIGHT = { source: SOURCE, targetTags: ['hello-world:v1'] };
const PASSWORD = 'a-password-that-nobody-repeats';

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly target?: string; readonly message: string };
}

describe('importing an image', () => {
  let app: ArmApp;
  let path: string;
  const logged: string[] = [];

  beforeAll(async () => {
    app = await armApp({ onLogLine: (line) => logged.push(line) });
    path = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  const send = (body: unknown, registry = path, apiVersion?: string) =>
    app.request<ErrorAnswer>('POST', `${registry}/importImage`, body, apiVersion === undefined ? {} : { apiVersion });

  it.each(Object.keys(API_VERSIONS))('is begun in %s, and its result says what came of it', async (apiVersion) => {
    const begun = await send(RIGHT, path, apiVersion);
    expect(begun).toMatchObject({ status: 202, body: undefined, headers: { 'retry-after': '1' } });
    const { pathname, search } = new URL(String(begun.headers['location']));
    const result = async () => (await app.request('GET', `${pathname}${search}`, undefined, { apiVersion })) as object;
    expect(await result()).toMatchObject({ status: 202, body: { status: 'Accepted' } });
    await app.settle();
    expect(await result()).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'InvalidParameters',
          message: expect.stringContaining('10.1.2.3 is refused, since it leads to a private address') as string,
        },
      },
    });
  });

  it.each([
    { ...RIGHT, mode: 'Force' },
    { ...RIGHT, mode: 'NoForce', untaggedTargetRepositories: ['a/b', 'c'] },
    { source: { ...SOURCE, sourceImage: `deep/er/image@${DIGEST}` }, untaggedTargetRepositories: ['mirror'] },
    { source: { ...SOURCE, sourceImage: 'hello-world' }, targetTags: ['hello-world'] },
    { source: { ...SOURCE, registryUri: 'localhost:5000', credentials: { password: PASSWORD } }, targetTags: ['a'] },
    { source: { ...SOURCE, credentials: { username: 'me', password: PASSWORD } }, targetTags: ['a'] },
    { source: { ...SOURCE, credentials: { username: null, password: PASSWORD } }, targetTags: ['a'] },
    { source: SOURCE },
    { source: SOURCE, targetTags: [], untaggedTargetRepositories: null, mode: null },
  ])('is understood: %j', async (body) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 202, body: undefined });
    const rows = await app.sql<{ row: string }>(`select i::text as row from image_imports i`);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(PASSWORD).toString('hex'));
  });

  it('from a registry of this service is understood too', async () => {
    expect(
      (await send({ source: { resourceId: path.toUpperCase(), sourceImage: 'a' }, targetTags: ['a'] })).status,
    ).toBe(202);
    const absent = `${path}gone`;
    expect(await send({ source: { resourceId: absent, sourceImage: 'a' } })).toMatchObject({
      status: 403,
      body: { error: { code: 'LinkedAuthorizationFailed', target: 'source.resourceId' } },
    });
  });

  it.each([
    [{ targetTags: ['a'] }, 'source'],
    [{ source: 'x', targetTags: ['a'] }, 'source'],
    [{ source: { registryUri: 'a.example' }, targetTags: ['a'] }, 'source.sourceImage'],
    [{ source: { sourceImage: 'a' }, targetTags: ['a'] }, 'source'],
    [{ source: { ...SOURCE, resourceId: '/subscriptions/x' }, targetTags: ['a'] }, 'source.resourceId'],
    [{ source: { ...SOURCE, registryUri: 'https://a.example' }, targetTags: ['a'] }, 'source.registryUri'],
    [{ source: { ...SOURCE, registryUri: 'a.example/b' }, targetTags: ['a'] }, 'source.registryUri'],
    [{ source: { ...SOURCE, sourceImage: 'Upper/Case' }, targetTags: ['a'] }, 'source.sourceImage'],
    [{ source: { ...SOURCE, sourceImage: 'a@sha256:abc123' }, targetTags: ['a'] }, 'source.sourceImage'],
    [{ source: { ...SOURCE, sourceImage: `a:tag@${DIGEST}` }, targetTags: ['a'] }, 'source.sourceImage'],
    [{ source: { ...SOURCE, credentials: { username: PASSWORD } }, targetTags: ['a'] }, 'source.credentials.password'],
    [{ source: { ...SOURCE, credentials: { password: 7 } }, targetTags: ['a'] }, 'source.credentials.password'],
    [
      { source: { ...SOURCE, credentials: { password: PASSWORD, token: 'x' } }, targetTags: ['a'] },
      'source.credentials.token',
    ],
    [{ ...RIGHT, targetTags: ['a:'] }, 'targetTags'],
    [{ ...RIGHT, targetTags: 'a' }, 'targetTags'],
    [{ ...RIGHT, targetTags: [7] }, 'targetTags'],
    [{ source: SOURCE, targetTags: Array.from({ length: 51 }, (_, nth) => `a:${nth}`) }, 'targetTags'],
    [{ source: SOURCE, targetTags: [`${'a'.repeat(246)}:v1`] }, 'targetTags'],
    [{ source: { ...SOURCE, sourceImage: 'a'.repeat(246) }, targetTags: ['a'] }, 'source.sourceImage'],
    [{ ...RIGHT, untaggedTargetRepositories: ['a:b'] }, 'untaggedTargetRepositories'],
    [{ ...RIGHT, mode: 'force' }, 'mode'],
    [{ ...RIGHT, colour: 'blue' }, 'colour'],
  ])('is refused where it is wrong: %j', async (body, target) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidParameter', target } } });
    expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
  });

  it('names one source, and credentials for it', async () => {
    const both = { source: { ...SOURCE, resourceId: path }, targetTags: ['a'] };
    expect(await send(both)).toMatchObject({ status: 400, body: { error: { target: 'source' } } });
    const inside = { resourceId: path, sourceImage: 'a', credentials: { password: PASSWORD } };
    expect(await send({ source: inside, targetTags: ['a'] })).toMatchObject({
      status: 400,
      body: { error: { target: 'source.credentials' } },
    });
  });

  it.each([undefined, [], 'null'])('needs an object as its body, not %j', async (body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { error: { code: 'InvalidRequestContent' } } });
  });

  it('needs a registry that is there, of the caller, and that nothing works on', async () => {
    expect(await send(RIGHT, `${path}gone`)).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
    const foreign = await app.given.subscription({ tenantId: '00000000-0000-4000-8000-000000000001' });
    const byAnother = await app.request('POST', `${path}/importImage`, RIGHT, { token: foreign.token });
    expect(byAnother.status).toBe(401);
    const { path: going } = await app.given.registry();
    await app.request('DELETE', going);
    expect(await send(RIGHT, going)).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'OperationInProgress',
          message: expect.stringMatching(/Delete registries-[0-9a-f-]{36}/) as string,
        },
      },
    });
    await app.settle();
  });

  it.each(['registry', 'group', 'subscription'])('is held back by a read-only lock of the %s', async (on) => {
    const { path: locked, group } = await app.given.registry();
    const scope = { registry: locked, group: group.path, subscription: group.subscription.path }[on];
    const lock = `${scope}/providers/Microsoft.Authorization/locks/frozen`;
    const of2016 = { apiVersion: '2016-09-01' };
    await app.request('PUT', lock, { properties: { level: 'CanNotDelete' } }, of2016);
    expect((await send(RIGHT, locked)).status).toBe(202);
    await app.request('PUT', lock, { properties: { level: 'ReadOnly' } }, of2016);
    expect(await send(RIGHT, locked)).toMatchObject({
      status: 409,
      body: { error: { code: 'ScopeLocked', message: expect.stringContaining(`'${scope}'`) as string } },
    });
    await app.request('DELETE', lock, undefined, of2016);
    expect((await send(RIGHT, locked)).status).toBe(202);
  });

  it('leaves no password in the log, whatever comes of it', async () => {
    const withPassword = { source: { ...SOURCE, credentials: { password: PASSWORD } }, targetTags: ['a'] };
    const before = logged.length;
    const statuses = [
      (await send(withPassword)).status,
      (await send({ ...withPassword, mode: 'force' })).status,
      (await send({ source: { ...withPassword.source, sourceImage: 7 } })).status,
      (await send(`{ "source": { "credentials": { "password": "${PASSWORD}" }`)).status,
      (await send(withPassword, `${path}gone`)).status,
    ];
    await app.sql('alter table registries rename to registries_away');
    try {
      statuses.push((await send(withPassword)).status);
    } finally {
      await app.sql('alter table registries_away rename to registries');
    }
    expect(statuses).toEqual([202, 400, 400, 400, 404, 500]);
    await app.settle();
    const lines = logged.slice(before).map((line) => JSON.parse(line) as { route?: string; status?: number });
    expect(lines.filter(({ route }) => route?.endsWith('/importImage')).map(({ status }) => status)).toEqual(statuses);
    expect(logged.filter((line) => line.includes(PASSWORD))).toEqual([]);
  });
});
