import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_ROLES, builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import { armApp, type ArmApp, type GivenSubscription, type Json } from '../support/arm-app.js';
import { principal, type GivenPrincipal } from '../support/principal.js';

const V = { apiVersion: '2022-04-01' };
const at = (scope: string, name = '') =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments${name && `/${name}`}`;
const roleAt = (scope: string, id = '') =>
  `${scope}/providers/Microsoft.Authorization/roleDefinitions${id && `/${id}`}`;
const errorOf = ({ status, body }: { status: number; body: Json }) => [
  status,
  (body['error'] as Json | undefined)?.['code'],
];

describe('roles', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  const bodyOf = (role: string, principalId: string, more: object = {}) => ({
    properties: { roleDefinitionId: roleAt('', builtInRoleNamed(role)?.id ?? role), principalId, ...more },
  });
  const assign = (scope: string, role: string, { objectId }: GivenPrincipal, name: string = randomUUID()) =>
    app.request('PUT', at(scope, name), bodyOf(role, objectId), V);
  const someone = () => principal(app);
  const names = (body: Json) => (body['value'] as { name: string }[]).map(({ name }) => name);

  describe('are assigned', () => {
    it('at a subscription, a group, a registry and below it, and are read, listed and taken away there', async () => {
      const { path, group } = await app.given.registry();
      await app.request('PUT', `${path}/scopeMaps/my-map`, {
        properties: { actions: ['repositories/a/content/read'] },
      });
      for (const scope of [group.subscription.path, group.path, path, `${path}/scopeMaps/my-map`]) {
        const who = await someone();
        const name = randomUUID();
        const made = await assign(scope, 'Reader', who, name);
        const subscription = group.subscription.path;
        expect([made.status, made.body]).toEqual([
          201,
          {
            id: at(scope, name),
            name,
            type: 'Microsoft.Authorization/roleAssignments',
            properties: {
              roleDefinitionId: roleAt(subscription, builtInRoleNamed('Reader')!.id),
              principalId: who.objectId,
              principalType: 'ServicePrincipal',
              scope,
              description: null,
              condition: null,
              conditionVersion: null,
              delegatedManagedIdentityResourceId: null,
              createdOn: expect.any(String),
              updatedOn: expect.any(String),
              createdBy: expect.any(String),
              updatedBy: expect.any(String),
            },
          },
        ]);
        const got = await app.request('GET', at(scope, name).toUpperCase(), undefined, V);
        expect([got.status, got.body]).toEqual([200, made.body]);
        const listed = await app.request('GET', `${at(scope)}?$filter=principalId eq '${who.objectId}'`, undefined, V);
        expect(listed.body['value']).toEqual([made.body]);
        const removed = await app.request('DELETE', at(scope, name), undefined, V);
        expect([removed.status, removed.body]).toEqual([200, made.body]);
        expect((await app.request('DELETE', at(scope, name), undefined, V)).status).toBe(204);
        expect(errorOf(await app.request('GET', at(scope, name), undefined, V))).toEqual([
          404,
          'RoleAssignmentNotFound',
        ]);
      }
    });

    it('and listed with those above and below, and with atScope() without those below', async () => {
      const { path, group } = await app.given.registry();
      const who = await someone();
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      await assign(group.subscription.path, 'Reader', who, one);
      await assign(group.path, 'Reader', who, two);
      await assign(path, 'Reader', who, three);
      const list = async (scope: string, filter: string) =>
        names((await app.request('GET', `${at(scope)}?$filter=${filter}`, undefined, V)).body);
      expect(await list(group.path, `assignedTo('${who.objectId}')`)).toEqual([one, two, three]);
      expect(await list(group.path, `atScope() and assignedTo('${who.objectId}')`)).toEqual([one, two]);
      expect(await list(path, `principalId eq '${who.objectId}'`)).toEqual([one, two, three]);
      expect(await list(path, `principalId eq '${randomUUID()}'`)).toEqual([]);
      const bad = await app.request('GET', `${at(path)}?$filter=any eq 'a'`, undefined, V);
      expect(errorOf(bad)).toEqual([400, 'InvalidFilter']);
      const first = await app.request('GET', `${at(path)}?$filter=assignedTo('${who.objectId}')&$top=2`, undefined, V);
      expect(names(first.body)).toEqual([one, two]);
      const next = new URL(String(first.body['nextLink']));
      expect(names((await app.request('GET', `${next.pathname}${next.search}`, undefined, V)).body)).toEqual([three]);
    });

    it('by one name once, and to one principal at one scope once', async () => {
      const { path } = await app.given.group();
      const [who, other] = [await someone(), await someone()];
      const name = randomUUID();
      expect((await assign(path, 'Reader', who, name)).status).toBe(201);
      const again = await app.request('PUT', at(path, name), bodyOf('Reader', who.objectId, { description: 'why' }), V);
      expect([again.status, again.body['properties']]).toEqual([200, expect.objectContaining({ description: 'why' })]);
      const twin = await assign(path, 'Reader', who);
      expect(errorOf(twin)).toEqual([409, 'RoleAssignmentExists']);
      expect((twin.body['error'] as Json)['message']).toContain(name.replaceAll('-', ''));
      expect(errorOf(await assign(path, 'Reader', other, name))).toEqual([400, 'RoleAssignmentUpdateNotPermitted']);
      expect((await assign(path, 'Contributor', who)).status).toBe(201);
    });

    it('once also by many who try at the same time', async () => {
      const { path } = await app.given.group();
      const who = await someone();
      const tried = await Promise.all(Array.from({ length: 6 }, () => assign(path, 'Reader', who)));
      expect(tried.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
        201, 409, 409, 409, 409, 409,
      ]);
    });

    it.each<[string, (who: GivenPrincipal) => object, string]>([
      ['no role', ({ objectId }) => ({ properties: { principalId: objectId } }), 'InvalidParameter'],
      ['no properties', () => ({}), 'InvalidParameter'],
      ['a role of another kind of id', ({ objectId }) => bodyOf('any', objectId), 'InvalidRoleDefinitionId'],
      ['a role that is not', ({ objectId }) => bodyOf(randomUUID(), objectId), 'RoleDefinitionDoesNotExist'],
      ['a principal that is not', () => bodyOf('Reader', randomUUID()), 'PrincipalNotFound'],
      [
        'a principal that is not, whatever type it has',
        () => bodyOf('Reader', randomUUID(), { principalType: 'User' }),
        'PrincipalNotFound',
      ],
      [
        'a principal of another type',
        ({ objectId }) => bodyOf('Reader', objectId, { principalType: 'User' }),
        'UnmatchedPrincipalType',
      ],
      [
        'a condition that cannot be read',
        ({ objectId }) => bodyOf('Reader', objectId, { condition: '(a', conditionVersion: '2.0' }),
        'InvalidParameter',
      ],
      [
        'a version without a condition',
        ({ objectId }) => bodyOf('Reader', objectId, { conditionVersion: '2.0' }),
        'InvalidParameter',
      ],
    ])('to nobody with %s', async (_what, body, code) => {
      const { path } = await app.given.group();
      const refused = await app.request('PUT', at(path, randomUUID()), body(await someone()), V);
      expect(errorOf(refused)[1]).toBe(code);
    });

    it('only by a GUID, and only where there is something', async () => {
      const { path } = await app.given.group();
      const who = await someone();
      expect(errorOf(await assign(path, 'Reader', who, 'mine'))).toEqual([400, 'InvalidRoleAssignmentId']);
      const nowhere = `${path}/providers/Microsoft.ContainerRegistry/registries/nothing12345`;
      expect(errorOf(await assign(nowhere, 'Reader', who))).toEqual([404, 'ResourceNotFound']);
      expect(errorOf(await assign(`${path}-not`, 'Reader', who))).toEqual([404, 'ResourceGroupNotFound']);
    });

    it('and are an entry of the activity log each time', async () => {
      const { path, subscription } = await app.given.group();
      const name = randomUUID();
      await assign(path, 'Reader', await someone(), name);
      await app.request('DELETE', at(path, name), undefined, V);
      const logged = await app.sql<{ name: string }>(
        `select detail->>'operationName' as name from activity_log
          where subscription_id = $1 and detail->>'operationName' like '%role%' order by 1`,
        [subscription.id],
      );
      expect(logged.map((row) => row.name)).toEqual([
        'Microsoft.Authorization/roleAssignments/delete',
        'Microsoft.Authorization/roleAssignments/write',
      ]);
    });

    it('not against a lock that forbids it', async () => {
      const { path } = await app.given.group();
      const name = randomUUID();
      await assign(path, 'Reader', await someone(), name);
      const lock = `${path}/providers/Microsoft.Authorization/locks/keep`;
      await app.request('PUT', lock, { properties: { level: 'CanNotDelete' } }, { apiVersion: '2016-09-01' });
      expect(errorOf(await app.request('DELETE', at(path, name), undefined, V))).toEqual([409, 'ScopeLocked']);
      expect((await assign(path, 'Reader', await someone())).status).toBe(201);
      await app.request('PUT', lock, { properties: { level: 'ReadOnly' } }, { apiVersion: '2016-09-01' });
      expect(errorOf(await assign(path, 'Reader', await someone()))).toEqual([409, 'ScopeLocked']);
    });
  });

  describe('go with', () => {
    const left = async (who: GivenPrincipal) =>
      (await app.sql('select 1 from role_assignments where principal_id = $1', [who.objectId])).length;

    it('the registry and what lies below it, and do not go on in the next one of its name', async () => {
      const { path, name, group } = await app.given.registry();
      await app.request('PUT', `${path}/scopeMaps/my-map`, {
        properties: { actions: ['repositories/a/content/read'] },
      });
      const who = await someone();
      await assign(path, 'Reader', who);
      await assign(`${path}/scopeMaps/my-map`, 'Contributor', who);
      expect(await left(who)).toBe(2);
      await app.request('DELETE', `${path}/scopeMaps/my-map`);
      await app.settle();
      expect(await left(who)).toBe(1);
      expect((await app.request('GET', path, undefined, { token: who.token })).status).toBe(200);
      await app.request('DELETE', path);
      await app.settle();
      expect(await left(who)).toBe(0);
      await app.given.registry({ group, name });
      expect(errorOf(await app.request('GET', path, undefined, { token: who.token }))).toEqual([
        403,
        'AuthorizationFailed',
      ]);
    });

    it('the group', async () => {
      const { path } = await app.given.group();
      const who = await someone();
      await assign(path, 'Reader', who);
      await app.request('DELETE', path);
      await app.settle();
      expect(await left(who)).toBe(0);
    });

    it('not with a registry that moves: what was given at its old place is gone, what holds at the new one holds', async () => {
      const { path, name, group } = await app.given.registry();
      const target = await app.given.group({ subscription: group.subscription });
      const [direct, owner] = [await someone(), await someone()];
      await assign(path, 'Reader', direct);
      await assign(target.path, 'Reader', owner);
      const body = { resources: [path], targetResourceGroup: target.path };
      const api = { apiVersion: '2021-04-01' };
      expect((await app.request('POST', `${group.path}/moveResources`, body, api)).status).toBe(202);
      await app.settle();
      const moved = path.replace(group.path, target.path);
      expect(await left(direct)).toBe(0);
      expect((await app.request('GET', moved, undefined, { token: direct.token })).status).toBe(403);
      expect((await app.request('GET', moved, undefined, { token: owner.token })).body['name']).toBe(name);
    });
  });

  describe('are defined', () => {
    let subscription: GivenSubscription;
    beforeAll(async () => {
      subscription = await app.given.subscription();
    });

    const custom = (roleName: string, actions: string[], more: object = {}) => ({
      properties: {
        roleName,
        description: 'What a test needs.',
        type: 'CustomRole',
        permissions: [{ actions, notActions: [] }],
        assignableScopes: [subscription.path],
        ...more,
      },
    });
    const put = (id: string, body: object, token?: string) =>
      app.request('PUT', roleAt(subscription.path, id), body, { ...V, ...(token ? { token } : {}) });

    it('by the service, with the ids that Azure gave them', async () => {
      const { status, body } = await app.request<{ value: { name: string; properties: Json }[] }>(
        'GET',
        `${roleAt(subscription.path)}?$filter=type eq 'BuiltInRole'`,
        undefined,
        V,
      );
      expect(status).toBe(200);
      expect(body.value.map(({ name }) => name)).toEqual(BUILT_IN_ROLES.map(({ id }) => id).sort());
      const pull = body.value.find(({ properties }) => properties['roleName'] === 'AcrPull');
      expect(pull).toEqual({
        id: roleAt(subscription.path, '7f951dda-4ed3-4680-a7ca-43fe172d538d'),
        name: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
        type: 'Microsoft.Authorization/roleDefinitions',
        properties: {
          roleName: 'AcrPull',
          type: 'BuiltInRole',
          description: expect.any(String),
          assignableScopes: ['/'],
          permissions: [
            {
              actions: ['Microsoft.ContainerRegistry/registries/pull/read'],
              notActions: [],
              dataActions: [],
              notDataActions: [],
            },
          ],
        },
      });
      const old = await app.request('GET', roleAt('', pull!.name), undefined, { apiVersion: '2015-07-01' });
      expect(old.body['id']).toBe(roleAt('', pull!.name));
      expect((old.body['properties'] as Json)['permissions']).toEqual([
        { actions: ['Microsoft.ContainerRegistry/registries/pull/read'], notActions: [] },
      ]);
      const byName = await app.request('GET', `${roleAt('')}?$filter=roleName eq 'acrpull'`, undefined, V);
      expect(names(byName.body)).toEqual([pull!.name]);
    });

    it('by customers, who assign, change and delete them', async () => {
      const id = randomUUID();
      const role = `Registry reader ${id}`;
      const made = await put(id, custom(role, ['Microsoft.ContainerRegistry/registries/read']));
      expect([made.status, made.body['properties']]).toEqual([
        201,
        expect.objectContaining({ roleName: role, type: 'CustomRole', assignableScopes: [subscription.path] }),
      ]);
      expect((await app.request('GET', roleAt(subscription.path, id), undefined, V)).body).toEqual(made.body);
      const { path } = await app.given.registry({ group: await app.given.group({ subscription }) });
      const who = await someone();
      const name = randomUUID();
      expect((await assign(subscription.path, id, who, name)).status).toBe(201);
      const get = () => app.request('GET', path, undefined, { token: who.token });
      expect((await get()).status).toBe(200);
      expect((await put(id, custom(role, ['Microsoft.ContainerRegistry/registries/delete']))).status).toBe(200);
      expect(errorOf(await get())).toEqual([403, 'AuthorizationFailed']);
      const refused = await app.request('DELETE', roleAt(subscription.path, id), undefined, V);
      expect(errorOf(refused)).toEqual([400, 'RoleDefinitionHasAssignments']);
      await app.request('DELETE', at(subscription.path, name), undefined, V);
      expect((await app.request('DELETE', roleAt(subscription.path, id), undefined, V)).status).toBe(200);
      expect((await app.request('DELETE', roleAt(subscription.path, id), undefined, V)).status).toBe(204);
      const gone = await app.request('GET', roleAt(subscription.path, id), undefined, V);
      expect(errorOf(gone)).toEqual([404, 'RoleDefinitionDoesNotExist']);
    });

    it('with names and ids of their own', async () => {
      const id = randomUUID();
      const role = `Once ${id}`;
      expect((await put(id, custom(role, ['*/read']))).status).toBe(201);
      expect(errorOf(await put(randomUUID(), custom(role.toUpperCase(), ['*'])))).toEqual([
        409,
        'RoleDefinitionWithSameNameExists',
      ]);
      expect(errorOf(await put(randomUUID(), custom('owner', ['*'])))[1]).toBe('RoleDefinitionWithSameNameExists');
      const reader = builtInRoleNamed('Reader')!.id;
      expect(errorOf(await put(reader, custom('Mine', ['*'])))).toEqual([400, 'RoleDefinitionIsBuiltIn']);
      expect(errorOf(await put('mine', custom('Mine', ['*'])))).toEqual([400, 'InvalidRoleDefinitionId']);
      const elsewhere = custom('Mine', ['*'], { assignableScopes: ['/'] });
      expect(errorOf(await put(randomUUID(), elsewhere))).toEqual([400, 'InvalidParameter']);
    });

    it('for the scopes that they name, and by who may write roles in all of these', async () => {
      const other = await app.given.subscription();
      const id = randomUUID();
      await put(id, custom(`Here ${id}`, ['*/read']));
      const who = await someone();
      expect(errorOf(await assign(other.path, id, who))).toEqual([404, 'RoleDefinitionDoesNotExist']);
      const visible = await app.request('GET', `${roleAt(other.path)}?$filter=type eq 'CustomRole'`, undefined, V);
      expect(names(visible.body)).not.toContain(id);
      // Owns the one subscription, and so may neither reach into the other nor take a role there along.
      await assign(subscription.path, 'Owner', who);
      const both = { assignableScopes: [subscription.path, other.path] };
      const wide = custom(`Wide ${id}`, ['*'], both);
      expect(errorOf(await put(randomUUID(), wide, who.token))).toEqual([403, 'AuthorizationFailed']);
      const shared = randomUUID();
      expect((await put(shared, custom(`Shared ${id}`, ['*/read'], both))).status).toBe(201);
      const mine = custom(`Shared ${id}`, ['*']);
      expect(errorOf(await put(shared, mine, who.token))).toEqual([403, 'AuthorizationFailed']);
      const removal = { ...V, token: who.token };
      expect(errorOf(await app.request('DELETE', roleAt(subscription.path, shared), undefined, removal))).toEqual([
        403,
        'AuthorizationFailed',
      ]);
      expect((await put(id, custom(`Here ${id}`, ['*']), who.token)).status).toBe(200);
    });

    it('not by another tenant, which does not see them either', async () => {
      const id = randomUUID();
      await put(id, custom(`Secret ${id}`, ['*/read']));
      const token = await app.token({ tenantId: randomUUID() });
      const theirs = { ...V, token };
      for (const path of [roleAt(subscription.path), roleAt(subscription.path, id), at(subscription.path)])
        expect(errorOf(await app.request('GET', path, undefined, theirs))).toEqual([
          401,
          'InvalidAuthenticationTokenTenant',
        ]);
      expect((await put(id, custom('Taken', ['*']), token)).status).toBe(401);
      expect((await app.request('DELETE', roleAt(subscription.path, id), undefined, theirs)).status).toBe(401);
      const listed = await app.request('GET', `${roleAt('')}?$filter=type eq 'CustomRole'`, undefined, theirs);
      expect(listed.body).toEqual({ value: [] });
      expect((await app.request('GET', roleAt('', id), undefined, theirs)).status).toBe(404);
    });
  });
});
