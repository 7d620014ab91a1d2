import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';
import { connectedRegistriesIn, refused } from '../support/connected-registries.js';

describe('connected registries', () => {
  let app: ArmApp;
  let registry: string;
  let token: string;
  const { givenToken, freshName, pathOf, having, sync, put } = connectedRegistriesIn(() => ({
    app,
    registry,
    token,
  }));

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
    token = await givenToken('sync-token');
  });
  afterAll(() => app?.close());

  it.each([
    ['no properties', {}, 'properties'],
    ['no mode', { properties: { parent: { syncProperties: {} } } }, 'properties.mode'],
    ['an unknown mode', { mode: 'Fast' }, 'properties.mode'],
    ['no parent', { properties: { mode: 'Mirror' } }, 'properties.parent'],
    ['no sync', { parent: {} }, 'properties.parent.syncProperties'],
    ['no token', { parent: { syncProperties: { messageTtl: 'P2D' } } }, 'properties.parent.syncProperties.tokenId'],
    ['no time', { parent: { syncProperties: { tokenId: '/t' } } }, 'properties.parent.syncProperties.messageTtl'],
    [
      'no duration',
      { parent: { syncProperties: { tokenId: '/t', messageTtl: 'P2D', syncWindow: '3 hours' } } },
      'properties.parent.syncProperties.syncWindow',
    ],
    ['tokens of another type', { clientTokenIds: [7] }, 'properties.clientTokenIds'],
    ['an unknown level', { logging: { logLevel: 'All' } }, 'properties.logging.logLevel'],
    ['an unknown status', { logging: { auditLogStatus: 'On' } }, 'properties.logging.auditLogStatus'],
    ['a switch as text', { garbageCollection: { enabled: 'yes' } }, 'properties.garbageCollection.enabled'],
    ['no schedule', { garbageCollection: { schedule: 'at noon' } }, 'properties.garbageCollection.schedule'],
  ])('with %s are refused for that', async (_, said, target) => {
    const body = 'properties' in said || Object.keys(said).length === 0 ? said : having(said);
    const { status, body: answer } = await put(body);
    const { target: told, details = [] } = answer['error'] as { target?: string; details?: { target: string }[] };
    expect([status, [told, ...details.map((each) => each.target)]]).toEqual([
      400,
      expect.arrayContaining([target]) as string[],
    ]);
  });

  it.each([
    [{ syncProperties: { schedule: 'at noon' } }, 'properties.parent.syncProperties.schedule'],
    [{ syncProperties: { messageTtl: null } }, 'properties.syncProperties.messageTtl'],
    [{ syncProperties: { syncWindow: 'a while' } }, 'properties.syncProperties.syncWindow'],
    [{ syncProperties: { tokenId: '/t' } }, 'properties.syncProperties.tokenId'],
    [{ syncProperties: 'often' }, 'properties.syncProperties'],
    [{ logging: { logLevel: 'All' } }, 'properties.logging.logLevel'],
  ])('with the patch %j are refused for that', async (properties, target) => {
    const name = freshName();
    const { body } = await put(having(), name);
    expect(await app.request('PATCH', pathOf(name), { properties })).toMatchObject(
      refused(400, 'InvalidParameter', target),
    );
    expect((await app.request('GET', pathOf(name))).body).toEqual(body);
  });

  it('have a name of letters and digits', async () => {
    for (const name of ['edge', 'edge-12345', 'e'.repeat(51)])
      expect(await put(having(), name)).toMatchObject(refused(400, 'InvalidResourceName', 'name'));
  });

  describe('in a list', () => {
    let all: string;

    beforeAll(async () => {
      const { path } = await app.given.registry();
      all = `${path}/connectedRegistries`;
      const tokenId = await givenToken('sync-token', path);
      const syncProperties = sync({ tokenId });
      for (const [name, mode, id] of [
        ['site1', 'ReadWrite', undefined],
        ['site2', 'ReadOnly', undefined],
        ['line1', 'ReadOnly', `${all}/site1`],
        ['line2', 'Mirror', `${all}/site1`],
        ['line3', 'ReadOnly', `${all}/site2`],
      ] as const)
        await app.request('PUT', `${all}/${name}`, { properties: { mode, parent: { id, syncProperties } } });
    });

    const listed = async (filter: string, more = '') => {
      const query = new URLSearchParams({ $filter: filter.replaceAll('{all}', all) }).toString();
      return app.request<Json & { value: { name: string }[]; nextLink?: string }>('GET', `${all}?${query}${more}`);
    };

    it.each([
      ['', ['line1', 'line2', 'line3', 'site1', 'site2']],
      ["mode eq 'ReadOnly'", ['line1', 'line3', 'site2']],
      ["MODE eq 'readonly' and parent.id eq '{all}/SITE1'", ['line1']],
      ["parent/id eq '{all}/site1'", ['line1', 'line2']],
      ["parent.id eq '{all}/unheardof'", []],
      ["parent.id eq 'it''s'", []],
      ["connectionState eq 'Offline' and mode eq 'Mirror'", ['line2']],
      ["connectionState eq 'Online'", []],
      ["mode eq 'ReadOnly' and mode eq 'Mirror'", []],
      ["mode eq 'Fast'", []],
    ])('are those that the filter %s asks for', async (filter, expected) => {
      const { status, body } = await listed(filter);
      expect([status, body.value.map(({ name }) => name)]).toEqual([200, expected]);
    });

    it('of the registry itself are those below no other', async () => {
      const { body } = await listed(`parent.id eq '${all.slice(0, all.lastIndexOf('/'))}'`);
      expect(body.value.map(({ name }) => name)).toEqual(['site1', 'site2']);
    });

    it('come page by page, with the filter in every link', async () => {
      const first = await listed("mode eq 'ReadOnly'", '&$top=2');
      expect(first.body.value.map(({ name }) => name)).toEqual(['line1', 'line3']);
      const next = await app.request<typeof first.body>('GET', first.body.nextLink!, undefined, { apiVersion: null });
      expect(next.body.value.map(({ name }) => name)).toEqual(['site2']);
      expect(next.body).not.toHaveProperty('nextLink');
    });

    it.each(["mode ne 'ReadOnly'", "name eq 'edge12345'", "mode eq 'ReadOnly' and", 'mode eq ReadOnly'])(
      'are refused with the filter %s',
      async (filter) => {
        expect(await listed(filter)).toMatchObject(refused(400, 'InvalidFilter', '$filter'));
      },
    );
  });

  it.each([
    ['GET', '/connectedRegistries'],
    ['GET', '/connectedRegistries/edge12345'],
    ['PUT', '/connectedRegistries/edge12345'],
    ['PATCH', '/connectedRegistries/edge12345'],
    ['POST', '/connectedRegistries/edge12345/deactivate'],
  ])('below a registry that is not there are told so: %s %s', async (method, path) => {
    const answer = await app.request(method, `${registry}gone${path}`, method === 'GET' ? undefined : having());
    expect(answer).toMatchObject(refused(404, 'ParentResourceNotFound'));
  });

  it('of another tenant are not told of', async () => {
    const other = await app.token({ tenantId: '11111111-2222-3333-4444-555555555555' });
    const answers = await Promise.all([
      app.request('GET', `${registry}/connectedRegistries`, undefined, { token: other }),
      app.request('PUT', pathOf('edge12345'), having(), { token: other }),
      app.request('DELETE', pathOf('edge12345'), undefined, { token: other }),
      app.request('POST', `${pathOf('edge12345')}/deactivate`, undefined, { token: other }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });
});
