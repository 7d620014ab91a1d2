import { meetsCondition, REPOSITORY_NAME } from '../authorization/condition.js';
import { givesAction, givesDataAction } from '../authorization/evaluation.js';
import type { EffectiveRole } from '../authorization/role.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';

/** What may be done in a whole registry, as the tokens of registries name it. */
export const REGISTRY_ACTIONS = [
  'read',
  'write',
  'delete',
  'metadata/read',
  'metadata/write',
  'deleted/read',
  'deleted/restore/action',
  'quarantine/read',
  'quarantine/write',
  'sign/write',
] as const;
/** Of the admin user: quarantine is for those who have a role for it, and signing needs none where there are no roles. */
export const ADMIN_ACTIONS = REGISTRY_ACTIONS.filter((name) => !/^(?:quarantine|sign)\//.test(name));
export type RegistryAction = (typeof REGISTRY_ACTIONS)[number];

const REGISTRIES = 'Microsoft.ContainerRegistry/registries';

/**
 * What each action of a role allows where roles are for whole registries. Who may pull sees which repositories and tags
 * there are, too, and so does who sees what is in quarantine.
 */
const OF_ACTIONS: ReadonlyMap<string, readonly RegistryAction[]> = new Map([
  [`${REGISTRIES}/pull/read`, ['read', 'metadata/read']],
  [`${REGISTRIES}/push/write`, ['write']],
  [`${REGISTRIES}/artifacts/delete`, ['delete']],
  [`${REGISTRIES}/metadata/read`, ['metadata/read']],
  [`${REGISTRIES}/metadata/write`, ['metadata/write']],
  [`${REGISTRIES}/deleted/read`, ['deleted/read']],
  [`${REGISTRIES}/deleted/restore/action`, ['deleted/restore/action']],
  [`${REGISTRIES}/quarantine/read`, ['read', 'metadata/read', 'quarantine/read']],
  [`${REGISTRIES}/quarantine/write`, ['quarantine/write']],
  [`${REGISTRIES}/sign/write`, ['sign/write']],
]);

/** What each data action allows where roles are for repositories. */
const OF_DATA_ACTIONS: ReadonlyMap<string, RegistryAction> = new Map([
  [`${REGISTRIES}/repositories/content/read`, 'read'],
  [`${REGISTRIES}/repositories/content/write`, 'write'],
  [`${REGISTRIES}/repositories/content/delete`, 'delete'],
  [`${REGISTRIES}/repositories/metadata/read`, 'metadata/read'],
  [`${REGISTRIES}/repositories/metadata/write`, 'metadata/write'],
  [`${REGISTRIES}/quarantinedArtifacts/read`, 'quarantine/read'],
  [`${REGISTRIES}/quarantinedArtifacts/write`, 'quarantine/write'],
  [`${REGISTRIES}/trustedCollections/write`, 'sign/write'],
]);
const READ_CATALOG = `${REGISTRIES}/catalog/read`;
const NAME_KEY = REPOSITORY_NAME.toLowerCase();
const NOTHING_ASKED: ReadonlyMap<string, readonly string[]> = new Map();

/** What roles allow in one registry. */
export interface Permissions {
  /** What tokens tell of it: what is allowed in at least some repository. */
  readonly names: readonly string[];
  readonly inRepository: (name: string) => readonly RegistryAction[];
  readonly mayListRepositories: boolean;
  readonly mayListDeleted: boolean;
}

/** What these roles allow in a registry where roles are for the whole of it, or for its repositories. */
export function permissionsOf(
  roles: readonly EffectiveRole[],
  mode: RegistryEndpoint['roleAssignmentMode'],
): Permissions {
  return mode === 'AbacRepositoryPermissions' ? ofRepositories(roles) : ofRegistry(roles);
}

/** Allows the same in every repository. */
export function permissionsEverywhere(names: readonly RegistryAction[]): Permissions {
  return {
    names,
    inRepository: () => names,
    mayListRepositories: names.includes('metadata/read'),
    mayListDeleted: names.includes('deleted/read'),
  };
}

/** Conditions are about repositories, so that one which would have to know which it is gives nothing. */
function ofRegistry(roles: readonly EffectiveRole[]): Permissions {
  const held = [...OF_ACTIONS].flatMap(([action, allowed]) =>
    roles.some(
      ({ role, condition }) => givesAction(role.permissions, action) && isMet(condition, action, NOTHING_ASKED),
    )
      ? allowed
      : [],
  );
  return permissionsEverywhere(REGISTRY_ACTIONS.filter((name) => held.includes(name)));
}

function ofRepositories(roles: readonly EffectiveRole[]): Permissions {
  const giving = [...OF_DATA_ACTIONS].flatMap(([action, allows]) =>
    roles
      .filter(({ role }) => givesDataAction(role.permissions, action))
      .map(({ condition }) => ({ action, allows, condition })),
  );
  const mayListRepositories = roles.some(
    ({ role, condition }) =>
      givesDataAction(role.permissions, READ_CATALOG) && isMet(condition, READ_CATALOG, NOTHING_ASKED),
  );
  return {
    names: [...new Set([...giving.map(({ allows }) => allows), ...(mayListRepositories ? ['catalog/read'] : [])])],
    inRepository: (name) => {
      const request = new Map([[NAME_KEY, [name]]]);
      return giving.flatMap(({ action, allows, condition }) => (isMet(condition, action, request) ? [allows] : []));
    },
    mayListRepositories,
    mayListDeleted: false,
  };
}

function isMet(condition: string | null, action: string, request: ReadonlyMap<string, readonly string[]>): boolean {
  return condition === null || meetsCondition(condition, { action, request });
}
