import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { EVERY_CHILD } from '../support/every-type.js';

const PROVIDER = 'Microsoft.ContainerRegistry';
const NEWEST = '2025-11-01';

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly systemData?: object;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly target: string; readonly message: string };
}

/** Without what the newest version no longer has and customers could set, which it refuses as it refuses any other name. */
function withoutGone(resource: Resource): object {
  const { metadataSearch: _search, ...properties } = resource.properties;
  const { policies, networkRuleSet } = properties as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const { softDeletePolicy: _deleted, ...policiesLeft } = policies ?? {};
  const { virtualNetworkRules: _rules, ...rulesLeft } = networkRuleSet ?? {};
  return {
    ...resource,
    properties: {
      ...properties,
      ...(policies ? { policies: policiesLeft } : {}),
      ...(networkRuleSet ? { networkRuleSet: rulesLeft } : {}),
    },
  };
}

/** What holds for resources of every type, since it is the pipeline’s. */
describe.each([{ type: 'registries' } as const, ...EVERY_CHILD])('$type', ({ type, ...child }) => {
  let app: ArmApp;
  let path: string;
  const isChild = 'name' in child;
  const isPutOnly = isChild && child.isPutOnly === true;
  const absentName = type === 'replications' ? 'uksouth' : 'unheardof';
  const fullType = isChild ? `${PROVIDER}/registries/${type}` : `${PROVIDER}/registries`;
  const versions = Object.entries(API_VERSIONS).flatMap(([version, wires]) => (fullType in wires ? [version] : []));
  const isWorkedOn = !isChild || child.isProvisioned === true;

  beforeAll(async () => {
    app = await armApp();
    const registry = await app.given.registry({ body: { tags: { team: 'a' } } });
    path = isChild ? `${registry.path}/${type}/${child.name}` : registry.path;
    if (!isChild) return;
    for (const [needed, body] of child.needs?.(registry.path) ?? []) await app.request('PUT', needed, body);
    await app.request('PUT', path, child.body(registry.path));
    await app.settle();
  });
  afterAll(() => app?.close());

  const get = async (apiVersion = NEWEST, of = path) =>
    (await app.request<Resource>('GET', of, undefined, { apiVersion })).body;
  /** As it was read, with what is not told again. */
  const asSent = (read: Resource) => ({
    ...read,
    properties: { ...read.properties, ...(isChild ? child.unsaid : {}) },
  });

  it.each(versions)(
    'goes through unchanged when it is read in %s and sent back, there and in the newest version',
    async (version) => {
      const before = await get();
      const read = await get(version);
      for (const apiVersion of [version, NEWEST]) {
        const sent = apiVersion === version ? asSent(read) : withoutGone(asSent(read));
        const answer = await app.request<Resource>('PUT', path, sent, { apiVersion });
        expect([answer.status, answer.body]).toEqual([200, await get(apiVersion)]);
      }
      // What the older version cannot say stays only where that version itself is asked.
      await app.request('PUT', path, asSent(before));
      await app.settle();
      expect({ ...(await get()), systemData: 'any' }).toEqual({ ...before, systemData: 'any' });
    },
  );

  it('goes through when what moves on by itself has done so', async () => {
    const read = await get();
    const stale = {
      ...asSent(read),
      systemData: { ...read.systemData, lastModifiedAt: '2001-01-01T00:00:00Z', lastModifiedBy: 'somebody before' },
      properties: { ...asSent(read).properties, provisioningState: 'Updating' },
    };
    expect((await app.request('PUT', path, stale)).status).toBe(200);
    expect(await get()).toEqual(read);
  });

  it.each([
    ['id', { id: '/subscriptions/1/elsewhere' }],
    ['name', { name: 'another' }],
    ['type', { type: `${PROVIDER}/others` }],
    ['systemData', { systemData: { createdAt: '2001-01-01T00:00:00Z' } }],
    ['systemData', { systemData: { createdBy: 'nobody' } }],
    ['properties.provisioningState', { properties: { provisioningState: 'Failed' } }],
  ])('is not written when a request says something else of its %s', async (target, wrong) => {
    const before = await get();
    const whole = asSent(before);
    const inner = 'properties' in wrong ? wrong.properties : {};
    const put = { ...whole, ...wrong, properties: { ...whole.properties, ...inner } };
    for (const [method, body] of [['PUT', put] as const, ...(isPutOnly ? [] : [['PATCH', wrong] as const])])
      expect(await app.request<ErrorAnswer>(method, path, body)).toMatchObject({
        status: 400,
        body: { error: { code: 'InvalidParameter', target } },
      });
    expect(await get()).toEqual(before);
  });

  it('is not made under another name than the URL’s', async () => {
    const other = `${path.slice(0, path.lastIndexOf('/'))}/${absentName}`;
    const right = {
      ...asSent(await get()),
      ...(type === 'replications' ? { location: absentName } : {}),
      id: other,
      name: absentName,
    };
    for (const wrong of [{ name: 'another' }, { id: path }, { type: 'another' }])
      expect(await app.request<ErrorAnswer>('PUT', other, { ...right, ...wrong })).toMatchObject({
        status: 400,
        body: { error: { code: 'InvalidParameter', target: Object.keys(wrong)[0] } },
      });
    expect((await app.request('GET', other)).status).toBe(404);
  });

  it('is written only on the conditions that the client names', async () => {
    const withTag = { 'x-berth-return-etag': 'true' };
    const etag = async () => String((await app.request('GET', path, undefined, { headers: withTag })).headers['etag']);
    const absent = `${path.slice(0, path.lastIndexOf('/'))}/${absentName}`;
    const now = await etag();
    expect((await app.request('GET', path)).headers).not.toHaveProperty('etag');
    const whole = asSent(await get());
    const patch = { properties: {} };
    const conditional = async (method: string, to: string, headers: Readonly<Record<string, string>>) =>
      (await app.request(method, to, method === 'PUT' ? whole : method === 'PATCH' ? patch : undefined, { headers }))
        .status;

    const cases: readonly (readonly [string, string, Readonly<Record<string, string>>, number])[] = [
      ['PUT', absent, { 'if-match': '*' }, 412],
      ['PUT', absent, { 'if-match': now }, 412],
      ['PUT', path, { 'if-match': '*' }, 200],
      ['PUT', path, { 'if-match': now }, 200],
      ['PUT', path, { 'if-match': `"old", ${now}` }, 200],
      ['PUT', path, { 'if-match': '"old"' }, 412],
      ['PUT', path, { 'if-none-match': '*' }, 412],
      ['PATCH', path, { 'if-match': now }, 200],
      ['PATCH', path, { 'if-match': '*' }, 200],
      ['PATCH', path, { 'if-match': '"old"' }, 412],
      ['PATCH', absent, { 'if-match': '*' }, 404],
      ['PATCH', absent, { 'if-match': '"old"' }, 404],
      ['DELETE', path, { 'if-match': '"old"' }, 412],
      ['DELETE', path, { 'if-none-match': '*' }, 412],
      ['DELETE', absent, { 'if-match': '*' }, 204],
      ['DELETE', absent, { 'if-match': '"old"' }, 204],
    ];
    const asked = cases.filter(([method]) => !isPutOnly || method !== 'PATCH');
    const told = [];
    // A body that speaks of the other name would be refused for that.
    for (const [method, to, headers] of asked)
      told.push(
        to === absent && method === 'PUT'
          ? (await app.request(method, to, { ...whole, id: undefined, name: undefined }, { headers })).status
          : await conditional(method, to, headers),
      );
    expect(told).toEqual(asked.map(([, , , status]) => status));
    expect(await etag()).toBe(now);
  });

  it('is the same in any casing, of the path and of api-version, and shows the last one', async () => {
    const before = await get();
    const shouted = path.replace(/[^/]+$/, (name) => name.toUpperCase());
    const loud = `${shouted.replace('/resourceGroups/', '/RESOURCEGROUPS/').replace('registries', 'REGISTRIES')}?API-VERSION=${NEWEST}`;
    expect((await app.request<Resource>('GET', loud, undefined, { apiVersion: null })).body).toEqual(before);
    const { id, ...whole } = asSent(before);
    expect(id).toBe(before.id);
    const put = await app.request<Resource>('PUT', loud, whole, { apiVersion: null });
    expect([put.status, put.body.name]).toEqual([200, before.name.toUpperCase()]);
    expect((await get()).name).toBe(before.name.toUpperCase());
    await app.request('PUT', path, asSent(before));
    expect((await get()).name).toBe(before.name);
  });

  it.runIf(isWorkedOn)('names the operation that is in the way', async () => {
    const of = isChild ? path.replace(/[^/]+$/, 'uksouth') : `${path}x`;
    const body = isChild ? { location: 'uksouth' } : { location: 'eastus', sku: { name: 'Premium' } };
    const made = await app.request('PUT', of, body);
    const operationId = String(made.headers['azure-asyncoperation']).match(/operationStatuses\/([^?]+)/)![1]!;
    for (const method of ['PUT', 'PATCH']) {
      const { status, body: refusal } = await app.request<ErrorAnswer>(method, of, body);
      expect([status, refusal.error.code]).toEqual([409, 'OperationInProgress']);
      expect(refusal.error.message).toContain(`(operation Create ${operationId})`);
    }
    await app.sql(`update operations set tenant_id = gen_random_uuid() where id = $1`, [
      operationId.replace(/^[a-z]+-/, ''),
    ]);
    const { body: refusal } = await app.request<ErrorAnswer>('PUT', of, body);
    expect(refusal.error.message).toContain('(operation Create)');
    await app.settle();
    expect((await app.request('DELETE', of)).status).toBe(202);
    await app.settle();
  });

  it.runIf(isWorkedOn)('that failed can be sent again, changed and deleted', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const of = isChild ? path.replace(/[^/]+$/, 'northeurope') : `${path}${method.toLowerCase()}`;
      const body = isChild ? { location: 'northeurope' } : { location: 'eastus', sku: { name: 'Premium' } };
      expect((await app.request('PUT', of, body)).status).toBe(201);
      await app.sql(`update operations set attempts = 100 where ended_at is null`);
      await app.settle();
      expect((await get(NEWEST, of)).properties['provisioningState']).toBe('Failed');
      expect((await app.request(method, of, method === 'DELETE' ? undefined : body)).status).toBe(
        method === 'DELETE' ? 202 : 201,
      );
      await app.settle();
      const { status, body: left } = await app.request<Partial<Resource>>('GET', of);
      expect([status, left.properties?.['provisioningState']]).toEqual(
        method === 'DELETE' ? [404, undefined] : [200, 'Succeeded'],
      );
      await app.request('DELETE', of);
      await app.settle();
    }
  });
});
