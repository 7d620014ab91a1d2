import { expect, test } from 'vitest';
import { SYSTEM_SCOPE_MAPS } from '../scope-maps/system-scope-maps.js';
import type { Access } from './access.js';
import { permissionsEverywhere, REGISTRY_ACTIONS, type RegistryAction } from './permissions.js';
import { EVERYTHING, PULL_ONLY, rightsOfRoles, rightsOfScopeMap } from './rights.js';

const repository = (name: string, ...actions: string[]): Access => ({ type: 'repository', name, actions });
const CATALOG: Access = { type: 'registry', name: 'catalog', actions: ['*'] };
const DELETED_CATALOG: Access = { type: 'registry', name: 'deleted_catalog', actions: ['*'] };
const ALL = ['pull', 'push', 'delete', 'metadata_read', 'metadata_write', 'deleted_read', 'deleted_restore'];

test.each<[readonly string[], readonly Access[], readonly Access[]]>([
  [['repositories/a/content/read'], [repository('a', ...ALL)], [repository('a', 'pull')]],
  [['repositories/a/content/write'], [repository('a', ...ALL)], [repository('a', 'push')]],
  [['repositories/a/content/delete'], [repository('a', ...ALL)], [repository('a', 'delete')]],
  [['repositories/a/metadata/read'], [repository('a', ...ALL)], [repository('a', 'metadata_read')]],
  [['repositories/a/metadata/write'], [repository('a', ...ALL)], [repository('a', 'metadata_write')]],
  [
    ['repositories/a/content/read', 'repositories/a/content/write'],
    [repository('a', 'pull', 'push')],
    [repository('a', 'pull', 'push')],
  ],
  // One repository is not another, whatever it begins or ends with.
  [
    ['repositories/a/content/read'],
    [repository('a/b', 'pull'), repository('ab', 'pull'), repository('b/a', 'pull')],
    [],
  ],
  // A pattern is what lies below, at any depth, and nothing beside it.
  [
    ['repositories/team/*/content/read'],
    [
      repository('team/a', 'pull'),
      repository('team/a/b', 'pull'),
      repository('team', 'pull'),
      repository('teams/a', 'pull'),
      repository('my/team/a', 'pull'),
    ],
    [repository('team/a', 'pull'), repository('team/a/b', 'pull')],
  ],
  [['repositories/*/content/read'], [repository('a/b', 'pull', 'push')], [repository('a/b', 'pull')]],
  // What overlaps adds up.
  [
    ['repositories/*/content/read', 'repositories/team/*/content/write'],
    [repository('team/a', 'pull', 'push'), repository('b', 'pull', 'push')],
    [repository('team/a', 'pull', 'push'), repository('b', 'pull')],
  ],
  // Who asks for everything gets what there is.
  [
    ['repositories/a/content/read', 'repositories/*/content/read', 'repositories/a/metadata/read'],
    [repository('a', '*')],
    [repository('a', 'pull', 'metadata_read')],
  ],
  [['repositories/a/content/read'], [repository('b', '*')], []],
  // A repository may be called like a part of an action.
  [
    ['repositories/content/read/content/read'],
    [repository('content/read', 'pull')],
    [repository('content/read', 'pull')],
  ],
  [['repositories/*/metadata/read', 'repositories/*/content/read'], [CATALOG, DELETED_CATALOG], []],
  [['gateway/mirror1/config/read', 'gateway/mirror1/message/write'], [repository('mirror1', ...ALL), CATALOG], []],
  [[], [repository('a', 'pull')], []],
])('scope map %j, asked for %j, gives %j', (actions, wanted, given) => {
  expect(rightsOfScopeMap(actions)(wanted)).toEqual(given);
});

test.each([
  ['_repositories_pull', ['pull']],
  ['_repositories_pull_metadata_read', ['pull', 'metadata_read']],
  ['_repositories_push', ['pull', 'push']],
  ['_repositories_push_metadata_write', ['pull', 'push', 'metadata_read', 'metadata_write']],
  ['_repositories_admin', ['pull', 'push', 'delete', 'metadata_read', 'metadata_write']],
])('the scope map %s of the system gives %j on every repository', (name, given) => {
  const { actions = [] } = SYSTEM_SCOPE_MAPS.find((each) => each.name === name) ?? {};
  expect(rightsOfScopeMap(actions)([repository('a/b', ...ALL), CATALOG])).toEqual([repository('a/b', ...given)]);
});

test.each<[readonly RegistryAction[], readonly Access[]]>([
  [REGISTRY_ACTIONS, [repository('a', ...ALL), CATALOG, DELETED_CATALOG]],
  [['read'], [repository('a', 'pull')]],
  [
    ['read', 'metadata/read'],
    [repository('a', 'pull', 'metadata_read'), CATALOG],
  ],
  [['deleted/read'], [repository('a', 'deleted_read'), DELETED_CATALOG]],
  [[], []],
])('permissions %j give %j', (permissions, given) => {
  const wanted = [repository('a', ...ALL), CATALOG, DELETED_CATALOG];
  expect(rightsOfRoles(permissionsEverywhere(permissions))(wanted)).toEqual(given);
});

test('everything of a repository is each thing that the permissions allow', () => {
  expect(rightsOfRoles(permissionsEverywhere(['read', 'write']))([repository('a', '*')])).toEqual([
    repository('a', 'pull', 'push'),
  ]);
});

test('who comes without a name pulls, and nothing else', () => {
  const wanted = [repository('a', 'pull', 'push'), repository('b', 'delete'), repository('c', '*'), CATALOG];
  expect(PULL_ONLY(wanted)).toEqual([repository('a', 'pull'), repository('c', 'pull')]);
});

test('what is in quarantine is for roles that say so: not for the admin user, nor for whoever asks for everything', () => {
  const wanted = [repository('a', 'pull', 'quarantine_read', 'quarantine_write')];
  expect(EVERYTHING(wanted)).toEqual([repository('a', 'pull')]);
  expect(EVERYTHING([repository('a', 'quarantine_read')])).toEqual([]);
  expect(PULL_ONLY(wanted)).toEqual([repository('a', 'pull')]);
  expect(rightsOfRoles(permissionsEverywhere(['read', 'quarantine/read']))(wanted)).toEqual([
    repository('a', 'pull', 'quarantine_read'),
  ]);
  expect(rightsOfRoles(permissionsEverywhere(['read', 'quarantine/read']))([repository('a', '*')])).toEqual([
    repository('a', 'pull'),
  ]);
});
