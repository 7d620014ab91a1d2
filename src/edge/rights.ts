import { narrowedTo, type Access } from './access.js';
import type { Permissions, RegistryAction } from './permissions.js';

/** The part of what is wanted that somebody may have. */
export type Rights = (wanted: readonly Access[]) => readonly Access[];

/** Quarantine is for those who have a role for it, and so is signing. No token names these; they are asked for when content is. */
export const QUARANTINE_RIGHTS = { read: 'quarantine_read', write: 'quarantine_write' } as const;
export const SIGN_RIGHT = 'sign';
const OF_ROLES_ALONE: readonly string[] = [...Object.values(QUARANTINE_RIGHTS), SIGN_RIGHT];

export const EVERYTHING: Rights = (wanted) =>
  wanted
    .map((access) => ({ ...access, actions: access.actions.filter((action) => !OF_ROLES_ALONE.includes(action)) }))
    .filter(({ actions }) => actions.length > 0);

export const PULL_ONLY: Rights = (wanted) =>
  wanted.filter(({ type }) => type === 'repository').flatMap((access) => heldOf(access, ['pull']));

/** What each right that a scope map can give on a repository is called in tokens. */
const OF_SCOPE_MAPS: ReadonlyMap<string, string> = new Map([
  ['content/read', 'pull'],
  ['content/write', 'push'],
  ['content/delete', 'delete'],
  ['metadata/read', 'metadata_read'],
  ['metadata/write', 'metadata_write'],
]);

const REPOSITORIES = 'repositories/';

/** What is allowed in a repository, as it is asked for. */
const OF_ROLES: Readonly<Record<RegistryAction, string>> = {
  read: 'pull',
  write: 'push',
  delete: 'delete',
  'metadata/read': 'metadata_read',
  'metadata/write': 'metadata_write',
  'deleted/read': 'deleted_read',
  'deleted/restore/action': 'deleted_restore',
  'quarantine/read': QUARANTINE_RIGHTS.read,
  'quarantine/write': QUARANTINE_RIGHTS.write,
  'sign/write': SIGN_RIGHT,
};

/** Whether roles allow each list of a whole registry. */
const OF_LISTS: ReadonlyMap<string, (permissions: Permissions) => boolean> = new Map([
  ['catalog', ({ mayListRepositories }) => mayListRepositories],
  ['deleted_catalog', ({ mayListDeleted }) => mayListDeleted],
]);

/**
 * What the actions of a scope map give. They are about single repositories: the catalog, which is about all of them, is
 * never among it, and what they say of gateways does not matter to a login server.
 */
export function rightsOfScopeMap(actions: readonly string[]): Rights {
  const rights = actions.map(rightIn).filter((right) => right !== undefined);
  return (wanted) =>
    wanted.flatMap((access) => {
      if (access.type !== 'repository') return [];
      const held = rights.filter(({ repository }) => isWithin(access.name, repository)).map(({ action }) => action);
      return heldOf(access, held);
    });
}

export function rightsOfRoles(permissions: Permissions): Rights {
  return (wanted) =>
    wanted.flatMap((access) => {
      if (access.type !== 'repository') return OF_LISTS.get(access.name)?.(permissions) ? [access] : [];
      const held = permissions.inRepository(access.name).map((permission) => OF_ROLES[permission]);
      return heldOf(access, held);
    });
}

/** Who asks for `*` asks for whatever there is. */
function heldOf(access: Access, held: readonly string[]): Access[] {
  const all = held.filter((action) => !OF_ROLES_ALONE.includes(action));
  return narrowedTo(held, [access.actions.includes('*') ? { ...access, actions: [...new Set(all)] } : access]);
}

/** Read by hand: a scope map has up to 500 actions, and each request asks for them. */
function rightIn(text: string): { readonly repository: string; readonly action: string } | undefined {
  const end = text.lastIndexOf('/', text.lastIndexOf('/') - 1);
  const action = text.startsWith(REPOSITORIES) ? OF_SCOPE_MAPS.get(text.slice(end + 1)) : undefined;
  return action === undefined ? undefined : { repository: text.slice(REPOSITORIES.length, end), action };
}

/** `samples/*` is what lies below `samples`, at any depth, and not `samples` itself. */
function isWithin(name: string, repository: string): boolean {
  return repository.endsWith('*') ? name.startsWith(repository.slice(0, -1)) : name === repository;
}
