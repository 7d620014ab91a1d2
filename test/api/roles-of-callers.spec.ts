import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import { Authorization } from '../../src/authorization/authorization.js';
import { builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import { RightsOfCallers } from '../../src/authorization/rights.js';
import { commandOf } from '../../src/commands/principal-commands.js';
import { Notifications } from '../../src/database/notifications.js';
import { armApp, type ArmApp, type GivenRegistry, type Json } from '../support/arm-app.js';
import { principal, type GivenPrincipal } from '../support/principal.js';
import { giveInTenant } from '../support/roles.js';

const V = { apiVersion: '2022-04-01' };
const assignments = (scope: string) => `${scope}/providers/Microsoft.Authorization/roleAssignments`;
const READER = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed('Reader')!.id}`;
const codeOf = ({ body }: { body: Json }) => (body?.['error'] as Json | undefined)?.['code'];

describe('who may do what', () => {
  let app: ArmApp;
  let registry: GivenRegistry;

  beforeAll(async () => {
    app = await armApp();
    registry = await app.given.registry();
  });
  afterAll(() => app?.close());

  async function give(scope: string, role: string, { objectId }: Pick<GivenPrincipal, 'objectId'>): Promise<string> {
    const path = `${assignments(scope)}/${randomUUID()}`;
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed(role)!.id}`;
    const { status } = await app.request('PUT', path, { properties: { roleDefinitionId, principalId: objectId } }, V);
    expect(status).toBe(201);
    return path;
  }
  const as =
    ({ token }: { token: string }) =>
    (method: string, path: string, body?: unknown, of: object = {}) =>
      app.request(method, path, body, { token, ...of });

  it('is nothing without a role, in the words of Azure Resource Manager', async () => {
    const who = await principal(app);
    const { status, body } = await as(who)('GET', registry.path);
    expect([status, body]).toEqual([
      403,
      {
        error: {
          code: 'AuthorizationFailed',
          message:
            `The client '${who.appId}' with object id '${who.objectId}' does not have authorization to perform action ` +
            `'Microsoft.ContainerRegistry/registries/read' over scope '${registry.path}' or the scope is invalid. ` +
            'If access was recently granted, please refresh your credentials.',
        },
      },
    ]);
  });

  it('is everything in its tenant for an operator, and nothing in another one', async () => {
    const operator = as(await principal(app, { isOperator: true }));
    expect((await operator('GET', registry.path)).status).toBe(200);
    expect((await operator('PATCH', registry.path, { tags: { a: 'b' } })).status).toBe(200);
    await app.settle();
    expect((await operator('GET', assignments(registry.path), undefined, V)).status).toBe(200);
    const foreign = await app.given.subscription({ tenantId: randomUUID() });
    const refused = await operator('GET', `${foreign.path}/resourceGroups`);
    expect([refused.status, codeOf(refused)]).toEqual([401, 'InvalidAuthenticationTokenTenant']);
    const missing = await operator('GET', `/subscriptions/${randomUUID()}/resourceGroups`);
    expect([missing.status, codeOf(missing)]).toEqual([404, 'SubscriptionNotFound']);
  });

  it('counts no application of another issuer that calls itself as somebody of here', async () => {
    const { tenantId } = app;
    const objectId = randomUUID();
    await giveInTenant(app.database, { tenantId, objectId }, 'Owner');
    const operator = await principal(app, { isOperator: true });
    const id = ResourceId.parse(registry.path)!;
    const authorization = app.get(Authorization);
    const asked = (caller: { objectId: string; appId?: string; issuer?: string }) =>
      authorization.assignmentsAt({ tenantId, name: 'x', type: 'Application', ...caller }, id);
    const issuer = 'https://elsewhere.example.com';
    expect(await asked({ objectId })).toHaveLength(1);
    expect(await asked({ objectId, issuer })).toEqual([]);
    expect(await asked(operator)).toHaveLength(1);
    expect(await asked({ ...operator, issuer })).toEqual([]);
    expect(await asked({ ...operator, objectId: randomUUID() })).toEqual([]);
    await giveInTenant(app.database, { tenantId, objectId: 'theirs', isLocal: false }, 'Reader');
    expect(await asked({ objectId: 'theirs', issuer })).toHaveLength(1);
    expect(await asked({ objectId: 'theirs' })).toEqual([]);
  });

  it.each([
    ['Reader', [200, 403, 403, 403, 403]],
    ['Contributor', [200, 200, 200, 200, 403]],
    ['Owner', [200, 200, 200, 200, 200]],
    ['User Access Administrator', [200, 403, 403, 403, 200]],
    ['AcrPull', [403, 403, 403, 403, 403]],
  ])('is what the role says: %s', async (role, expected) => {
    const { path } = await app.given.registry({
      group: registry.group,
      body: { properties: { adminUserEnabled: true } },
    });
    const who = await principal(app);
    const ask = as(who);
    await give(path, role, who);
    const name = randomUUID();
    const other = await principal(app);
    const reader = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed('Reader')!.id}`;
    const grant = { properties: { roleDefinitionId: reader, principalId: other.objectId } };
    const answers = [
      (await ask('GET', path)).status,
      (await ask('PATCH', path, { tags: { role } })).status,
      (await (async () => (await app.settle(), ask('POST', `${path}/listCredentials`)))()).status,
      Math.min((await ask('PUT', `${path}/scopeMaps/some-map`, { properties: { actions: [] } })).status, 403),
      (await ask('PUT', `${assignments(path)}/${name}`, grant, V)).status,
    ].map((status) => (status < 300 || status === 400 ? 200 : status));
    expect(answers).toEqual(expected);
    expect((await ask('GET', registry.path)).status).toBe(403);
  });

  it('shows of the lists what may be read', async () => {
    const who = await principal(app);
    const ask = as(who);
    const valuesOf = ({ body }: { body: Json }) =>
      (body['value'] as { name?: string; subscriptionId?: string }[]) ?? [];
    const api = { apiVersion: '2021-04-01' };
    const { subscription } = registry.group;
    expect(valuesOf(await ask('GET', '/subscriptions', undefined, api))).toEqual([]);
    for (const path of ['', '/resources', '/resourceGroups'])
      expect((await ask('GET', `${subscription.path}${path}`, undefined, api)).status).toBe(403);

    const sibling = await app.given.registry({ group: registry.group });
    await give(registry.path, 'Reader', who);
    const shown = valuesOf(await ask('GET', '/subscriptions', undefined, api));
    expect(shown.map(({ subscriptionId }) => subscriptionId)).toEqual([subscription.id]);
    expect((await ask('GET', subscription.path, undefined, api)).status).toBe(200);
    const resources = async () =>
      valuesOf(await ask('GET', `${subscription.path}/resources`, undefined, api)).map(({ name }) => name);
    expect(await resources()).toEqual([registry.name]);
    expect(valuesOf(await ask('GET', `${subscription.path}/resourceGroups`, undefined, api))).toEqual([]);
    const list = `${registry.group.path}/providers/Microsoft.ContainerRegistry/registries`;
    expect((await ask('GET', list)).status).toBe(403);

    await give(registry.group.path, 'Reader', who);
    await app.given.group({ subscription });
    const groups = valuesOf(await ask('GET', `${subscription.path}/resourceGroups`, undefined, api));
    expect(groups.map(({ name }) => name)).toEqual([registry.group.name]);
    expect(await resources()).toEqual(expect.arrayContaining([registry.name, sibling.name]));
    expect((await ask('GET', list)).status).toBe(200);
    expect((await ask('GET', `${subscription.path}/providers/Microsoft.ContainerRegistry/registries`)).status).toBe(
      403,
    );
  });

  it('needs writing at both ends of a move', async () => {
    const { path, group } = await app.given.registry();
    const target = await app.given.group({ subscription: group.subscription });
    const who = await principal(app);
    const move = () =>
      as(who)(
        'POST',
        `${group.path}/moveResources`,
        { resources: [path], targetResourceGroup: target.path },
        {
          apiVersion: '2021-04-01',
        },
      );
    await give(target.path, 'Contributor', who);
    expect(codeOf(await move())).toBe('AuthorizationFailed');
    const source = await give(group.path, 'Reader', who);
    expect(codeOf(await move())).toBe('AuthorizationFailed');
    await app.request('DELETE', source, undefined, V);
    await give(group.path, 'Contributor', who);
    expect((await move()).status).toBe(202);
    await app.settle();
    const other = await app.given.group({ subscription: group.subscription });
    const back = { resources: [path.replace(group.path, target.path)], targetResourceGroup: other.path };
    const refused = await as(who)('POST', `${target.path}/moveResources`, back, { apiVersion: '2021-04-01' });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'AuthorizationFailed']);
  });

  it('is remembered, and asks for no statement once it is', async () => {
    const who = await principal(app);
    const ask = as(who);
    await give(registry.path, 'Reader', who);
    expect((await ask('GET', registry.path)).status).toBe(200);
    const spied = vi.spyOn(app.database, 'rows');
    const row = vi.spyOn(app.database, 'row');
    expect((await ask('GET', registry.path)).status).toBe(200);
    const asked = [...spied.mock.calls, ...row.mock.calls].map(([{ name }]) => name);
    spied.mockRestore();
    row.mockRestore();
    expect(asked.filter((name) => /^(rights|role_|permissions)/.test(name))).toEqual([]);
  });

  it('changes at once, whoever writes it, and is read each time while nobody could tell of changes', async () => {
    const who = await principal(app);
    const ask = as(who);
    const given = await give(registry.path, 'Reader', who);
    expect((await ask('GET', registry.path)).status).toBe(200);
    await app.request('DELETE', given, undefined, V);
    expect((await ask('GET', registry.path)).status).toBe(403);

    // As another process would.
    await giveInTenant(app.database, { tenantId: app.tenantId, objectId: who.objectId }, 'Reader');
    await expect.poll(async () => (await ask('GET', registry.path)).status).toBe(200);
    const lost = vi.spyOn(app.get(Notifications), 'isConnected', 'get').mockReturnValue(false);
    const told = vi.spyOn(app.get(RightsOfCallers), 'forgetAll').mockImplementation(() => undefined);
    await app.sql('delete from role_assignments where principal_id = $1', [who.objectId]);
    expect((await ask('GET', registry.path)).status).toBe(403);
    lost.mockRestore();
    told.mockRestore();
  });

  it('is also what the groups may that somebody is in, from when it is in them until it is not', async () => {
    const { token } = await principal(app, { isOperator: true });
    const ask = as({ token });
    const [who, other] = [await principal(app), await principal(app)];
    const seen = async () => [
      (await as(who)('GET', registry.path)).status,
      (await as(other)('GET', registry.path)).status,
    ];
    const made = await ask('POST', '/identity/groups', { displayName: 'readers' });
    const { objectId } = made.body as { readonly objectId: string };
    const group = `/identity/groups/${objectId}`;
    expect(await seen()).toEqual([403, 403]);
    const given = await give(registry.path, 'Reader', { objectId });
    expect(await seen()).toEqual([403, 403]);
    await ask('PUT', `${group}/members/${who.objectId}`);
    expect(await seen()).toEqual([200, 403]);
    await ask('PUT', `${group}/members/${other.objectId}`);
    await ask('DELETE', `${group}/members/${who.objectId}`);
    expect(await seen()).toEqual([403, 200]);

    // As another process would; also without a word of it.
    await app.sql('delete from principal_group_members where member_id = $1', [other.objectId]);
    await expect.poll(seen).toEqual([403, 403]);
    await ask('PUT', `${group}/members/${who.objectId}`);
    expect(await seen()).toEqual([200, 403]);
    const lost = vi.spyOn(app.get(Notifications), 'isConnected', 'get').mockReturnValue(false);
    const told = vi.spyOn(app.get(RightsOfCallers), 'forgetAll').mockImplementation(() => undefined);
    await app.sql('delete from principal_group_members where member_id = $1', [who.objectId]);
    expect(await seen()).toEqual([403, 403]);
    lost.mockRestore();
    told.mockRestore();
    await ask('PUT', `${group}/members/${who.objectId}`);

    const listed = async (filter: string) => {
      const answer = await ask(
        'GET',
        `${assignments(registry.path)}?$filter=${encodeURIComponent(filter)}`,
        undefined,
        V,
      );
      return (answer.body['value'] as { id: string }[]).map(({ id }) => id);
    };
    const own = await give(registry.path, 'AcrPull', who);
    expect(await listed(`assignedTo('${who.objectId.toUpperCase()}')`)).toEqual([own, given].toSorted());
    expect(await listed(`assignedTo('${objectId}')`)).toEqual([given]);
    expect(await listed(`principalId eq '${who.objectId}'`)).toEqual([own]);
    expect(await listed(`principalId eq '${objectId}'`)).toEqual([given]);

    await ask('DELETE', group);
    expect(await seen()).toEqual([403, 403]);
    const again = { properties: { roleDefinitionId: READER, principalId: objectId, principalType: 'Group' } };
    const refused = await app.request('PUT', `${assignments(registry.path)}/${randomUUID()}`, again, V);
    expect(codeOf(refused)).toBe('PrincipalNotFound');
  });

  it('is given to principals of other issuers, whom nobody here can look up, where there are such issuers', async () => {
    const issuer = 'https://login.example.com';
    const open = await armApp({ settings: { BERTH_OIDC_ISSUERS: issuer } });
    try {
      const { path, subscription } = await open.given.group();
      const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed('Reader')!.id}`;
      const put = (properties: object) =>
        open.request(
          'PUT',
          `${assignments(path)}/${randomUUID()}`,
          { properties: { roleDefinitionId, ...properties } },
          V,
        );
      expect(codeOf(await put({ principalId: 'Ann|7' }))).toBe('PrincipalNotFound');
      expect((await put({ principalId: 'Ann|7', principalType: 'User' })).status).toBe(201);
      const caller = { tenantId: subscription.tenantId, objectId: 'Ann|7', name: 'Ann', type: 'User' as const };
      const may = (who: Parameters<Authorization['may']>[0]) =>
        open.get(Authorization).may(who, 'Microsoft.ContainerRegistry/registries/read', ResourceId.parse(path)!);
      expect(await may({ ...caller, issuer })).toBe(true);
      expect(await may(caller)).toBe(false);
      expect(await may({ ...caller, issuer, objectId: 'ann|7' })).toBe(false);
    } finally {
      await open.close();
    }
  });

  it('can be said by commands', async () => {
    const owner = as(await principal(app, { isOperator: true }));
    const run = async (...words: string[]) =>
      commandOf(words)(async (method, path, body) => {
        const answer = await app.request(method, path, body, { token: (await operator).token });
        if (answer.status >= 400) throw new Error(String(codeOf(answer)));
        return answer.body;
      });
    const operator = principal(app, { isOperator: true });
    const made = (await run('sp', 'create', 'ci', '--role', 'reader', '--scope', registry.path)) as GivenPrincipal;
    const listed = async () =>
      ((await run('role', 'list', registry.path)) as { id: string; properties: { principalId: string } }[]).filter(
        ({ properties }) => properties.principalId === made.objectId,
      );
    expect(await listed()).toHaveLength(1);
    await run('role', 'assign', made.appId, '--role', 'AcrPull', '--scope', `${registry.path}/`);
    const both = await listed();
    expect(both).toHaveLength(2);
    for (const { id } of both) await run('role', 'remove', id);
    expect(await listed()).toEqual([]);
    await expect(run('role', 'assign', made.appId, '--role', 'King', '--scope', registry.path)).rejects.toThrow(
      "There is no role 'King'",
    );
    await expect(run('sp', 'create', 'ci', '--role', 'Reader')).rejects.toThrow('go together');
    const group = (await run('group', 'create', 'readers')) as GivenPrincipal;
    await run('group', 'add', group.objectId, '--member', made.appId);
    await run('role', 'assign', group.objectId, '--role', 'Reader', '--scope', registry.path);
    expect(await run('group', 'members', group.objectId)).toMatchObject([{ appId: made.appId }]);
    expect(await run('group', 'show', group.objectId)).toEqual(group);
    expect(await run('group', 'list')).toContainEqual(group);
    await run('group', 'remove', group.objectId, '--member', made.objectId);
    expect(await run('group', 'members', group.objectId)).toEqual([]);
    await expect(run('group', 'add', group.objectId)).rejects.toThrow('--member');
    await run('group', 'delete', group.objectId);
    await expect(run('group', 'show', group.objectId)).rejects.toThrow('ResourceNotFound');
    expect((await owner('GET', registry.path)).status).toBe(200);
  });
});
