import { describe, expect, it } from 'vitest';
import { builtInRoleNamed } from '../authorization/built-in-roles.js';
import type { EffectiveRole, Permission } from '../authorization/role.js';
import { permissionsOf, REGISTRY_ACTIONS } from './permissions.js';

const REGISTRIES = 'Microsoft.ContainerRegistry/registries';
const REPOSITORIES = `${REGISTRIES}/repositories`;
const NAME = `@Request[${REPOSITORIES}:name]`;

function custom(permission: Partial<Permission>, condition: string | null = null): EffectiveRole {
  const permissions = [{ actions: [], notActions: [], dataActions: [], notDataActions: [], ...permission }];
  return {
    role: { id: 'r', name: 'R', permissions },
    scopeKey: '/',
    condition,
    conditionVersion: condition && '2.0',
    isOperator: false,
  };
}

function builtIn(name: string, condition: string | null = null): EffectiveRole {
  return { ...custom({ ...builtInRoleNamed(name)!.permissions[0] }, condition) };
}

/** The names that tokens tell, what holds in the repositories `a` and `b`, and whether there are lists. */
function seen(mode: 'AbacRepositoryPermissions' | 'LegacyRegistryPermissions', ...roles: readonly EffectiveRole[]) {
  const { names, inRepository, mayListRepositories, mayListDeleted } = permissionsOf(roles, mode);
  return { names, a: inRepository('a'), b: inRepository('b'), lists: [mayListRepositories, mayListDeleted] };
}

const everywhere = (names: readonly string[], ...lists: readonly boolean[]) => ({ names, a: names, b: names, lists });

describe('in a whole registry', () => {
  const inWhole = (...roles: readonly EffectiveRole[]) => seen('LegacyRegistryPermissions', ...roles);

  it.each<[string, readonly string[], boolean, boolean]>([
    ['Owner', REGISTRY_ACTIONS, true, true],
    ['Contributor', REGISTRY_ACTIONS, true, true],
    ['Reader', ['read', 'metadata/read', 'deleted/read', 'quarantine/read'], true, true],
    ['User Access Administrator', ['read', 'metadata/read', 'deleted/read', 'quarantine/read'], true, true],
    ['AcrPull', ['read', 'metadata/read'], true, false],
    ['AcrPush', ['read', 'write', 'metadata/read'], true, false],
    ['AcrDelete', ['delete'], false, false],
    ['AcrQuarantineReader', ['read', 'metadata/read', 'quarantine/read'], true, false],
    ['AcrQuarantineWriter', ['read', 'metadata/read', 'quarantine/read', 'quarantine/write'], true, false],
    ['Container Registry Repository Contributor', [], false, false],
    ['Container Registry Repository Catalog Lister', [], false, false],
  ])('%s gives %j', (role, names, mayListRepositories, mayListDeleted) => {
    expect(inWhole(builtIn(role))).toEqual(everywhere(names, mayListRepositories, mayListDeleted));
  });

  it('roles add up, and each takes out what it takes out of itself alone', () => {
    const all = { actions: [`${REGISTRIES}/*`], notActions: [`${REGISTRIES}/push/*`] };
    const names = REGISTRY_ACTIONS.filter((name) => name !== 'write');
    expect(inWhole(custom(all))).toEqual(everywhere(names, true, true));
    expect(inWhole(custom(all), builtIn('AcrPush'))).toEqual(everywhere(REGISTRY_ACTIONS, true, true));
  });

  it('a condition counts as far as it does not ask which repository it is', () => {
    const about = (action: string) => `(!(ActionMatches{'${action}'}) OR ${NAME} StringEquals 'a')`;
    const pull = everywhere(['read', 'metadata/read'], true, false);
    expect(inWhole(builtIn('AcrPull', about(`${REPOSITORIES}/content/read`)))).toEqual(pull);
    expect(inWhole(builtIn('AcrPull', about('Microsoft.Authorization/roleAssignments/write')))).toEqual(pull);
    expect(inWhole(builtIn('AcrPull', about(`${REGISTRIES}/pull/read`)))).toEqual(everywhere([], false, false));
  });
});

describe('in repositories', () => {
  const inRepositories = (...roles: readonly EffectiveRole[]) => seen('AbacRepositoryPermissions', ...roles);

  it.each(['Owner', 'Contributor', 'Reader', 'AcrPull', 'AcrPush', 'AcrDelete'])('%s gives nothing', (role) => {
    expect(inRepositories(builtIn(role))).toEqual(everywhere([], false, false));
  });

  it('who sees what is in quarantine sees nothing else by that', () => {
    expect(inRepositories(builtIn('AcrQuarantineReader'))).toEqual(everywhere(['quarantine/read'], false, false));
    expect(inRepositories(builtIn('AcrQuarantineWriter'))).toEqual(
      everywhere(['quarantine/read', 'quarantine/write'], false, false),
    );
  });

  it('a role gives what its data actions are, and lists by one of its own', () => {
    const [reader, lister] = ['Reader', 'Catalog Lister'].map((name) =>
      builtIn(`Container Registry Repository ${name}`),
    );
    const read = ['read', 'metadata/read'];
    expect(inRepositories(reader!)).toEqual(everywhere(read, false, false));
    expect(inRepositories(lister!)).toEqual({ names: ['catalog/read'], a: [], b: [], lists: [true, false] });
    expect(inRepositories(reader!, lister!)).toEqual({
      names: [...read, 'catalog/read'],
      a: read,
      b: read,
      lists: [true, false],
    });
  });

  it('a role under a condition gives in one repository what it does not in another', () => {
    const under = (name: string) =>
      custom(
        { dataActions: [`${REPOSITORIES}/content/${name === 'a' ? 'read' : 'write'}`] },
        `${NAME} StringEquals '${name}'`,
      );
    expect(inRepositories(under('a'), under('b'))).toEqual({
      names: ['read', 'write'],
      a: ['read'],
      b: ['write'],
      lists: [false, false],
    });
  });

  it('no condition on the name lets see the names of all', () => {
    const dataActions = [`${REGISTRIES}/catalog/read`];
    expect(inRepositories(custom({ dataActions }, `${NAME} StringLike '*'`)).lists).toEqual([false, false]);
    expect(inRepositories(custom({ dataActions }, `!(${NAME} StringEquals 'a')`)).lists).toEqual([false, false]);
  });
});
