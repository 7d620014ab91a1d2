import { Injectable } from '@nestjs/common';
import type { Caller } from '../arm/caller.js';
import { ResourceId } from '../arm/resource-id.js';
import { isUuid } from '../arm/uuid.js';
import { effective } from '../authorization/rights.js';
import { fullKeysOf } from '../authorization/scope-chain.js';
import { AdminCredentials, type PasswordVersion } from '../credentials/admin-credentials.js';
import { Database } from '../database/database.js';
import { ServicePrincipals } from '../identity/service-principals.js';
import { Users } from '../identity/users.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { registryId } from '../registries/registry-id.js';
import type { Secret } from '../secrets/secret.js';
import { TokenLogins, type TokenLogin } from '../tokens/token-logins.js';
import { ADMIN_ACTIONS, permissionsEverywhere, permissionsOf, REGISTRY_ACTIONS } from './permissions.js';
import { standingOf } from './permissions.repository.js';
import { EVERYTHING, PULL_ONLY, rightsOfRoles, rightsOfScopeMap, type Rights } from './rights.js';

/**
 * Who a token speaks for, with what decides whether it still may. It goes into tokens, which anybody can read: nothing but
 * this may be in it.
 */
export type Login =
  | { readonly kind: 'admin'; readonly user: string; readonly password: PasswordVersion }
  | { readonly kind: 'token'; readonly user: string; readonly token: TokenLogin }
  | {
      readonly kind: 'principal';
      readonly user: string;
      readonly caller: Caller;
      /** How many revocations of the principal came before; one more, and the login is worth nothing. */
      readonly generation: number;
    }
  | { readonly kind: 'anonymous'; readonly user: '' };

/** Somebody who is let in, and what that allows at this moment. */
export interface Entry {
  readonly login: Login;
  readonly rights: Rights;
  /** What tokens tell of it; those of scope maps tell nothing. */
  readonly permissions: readonly string[];
}

/** Why nobody was let in, as a sentence for the client. */
export interface Refusal {
  readonly refused: string;
}

/** Who may enter a registry, asked of the database each time, so that a change holds from the next request on. */
@Injectable()
export class Logins {
  constructor(
    private readonly database: Database,
    private readonly admins: AdminCredentials,
    private readonly tokens: TokenLogins,
    private readonly principals: ServicePrincipals,
    private readonly users: Users,
  ) {}

  async byPassword(registry: RegistryEndpoint, user: string, password: Secret): Promise<Entry | Refusal> {
    const isAdmin = user.toLowerCase() === registry.key;
    const admin = isAdmin ? await this.admin(registry, password) : undefined;
    if (admin && !isRefusal(admin)) return admin;
    const token = await this.tokens.verify(registry.id, user, password);
    if (typeof token === 'string') return { refused: token };
    if (token) return tokenEntry(token.login, token.actions);
    if (admin) return admin;
    if (isUuid(user)) return this.principal(registry, user, password);
    return user.includes('@') ? this.person(registry, user, password) : unknown(registry, user);
  }

  /** @param generation of what the caller proved itself with; undefined: it has done so just now. */
  async byCaller(registry: RegistryEndpoint, caller: Caller, generation?: number): Promise<Entry | Refusal> {
    const id = ResourceId.parse(registryId(registry));
    const scopes = id ? fullKeysOf(id) : [];
    const standing = await standingOf(this.database, caller, registry.subscriptionId, scopes);
    const shown = generation ?? standing?.generation ?? 0;
    if (!standing || standing.isRefused || shown < standing.generation) return noAccess(registry, caller);
    const permissions = standing.isOperator
      ? permissionsEverywhere(REGISTRY_ACTIONS)
      : permissionsOf(standing.assigned.flatMap(effective), registry.roleAssignmentMode);
    if (permissions.names.length === 0) return noAccess(registry, caller);
    return {
      login: { kind: 'principal', user: caller.objectId, caller, generation: shown },
      rights: rightsOfRoles(permissions),
      permissions: permissions.names,
    };
  }

  anonymous(registry: RegistryEndpoint): Entry | Refusal {
    if (registry.anonymousPullEnabled) return ANONYMOUS;
    return {
      refused:
        `Registry '${registry.name}' does not allow anonymous pull; log in with a user name and a password, ` +
        'or visit https://aka.ms/acr/authorization for more information.',
    };
  }

  /** What somebody who logged in earlier may do now; undefined: nothing any more. */
  async again(registry: RegistryEndpoint, login: Login): Promise<Entry | undefined> {
    if (login.kind === 'anonymous') return registry.anonymousPullEnabled ? ANONYMOUS : undefined;
    if (login.kind === 'token') {
      const actions = await this.tokens.actionsOf(registry.id, login.token);
      return actions && tokenEntry(login.token, actions);
    }
    if (login.kind === 'principal') {
      const entry = await this.byCaller(registry, login.caller, login.generation);
      return isRefusal(entry) ? undefined : entry;
    }
    const isInForce =
      registry.adminUserEnabled && (await this.admins.isCurrent(this.database, registry.id, login.password));
    return isInForce ? { login, rights: EVERYTHING, permissions: ADMIN_ACTIONS } : undefined;
  }

  private async admin(registry: RegistryEndpoint, password: Secret): Promise<Entry | Refusal> {
    const { id, name: user, adminUserEnabled } = registry;
    if (!adminUserEnabled)
      return {
        refused: `The admin user of registry '${user}' is disabled; set adminUserEnabled of the registry to use it.`,
      };
    const right = await this.admins.verify(this.database, id, password);
    if (!right)
      return {
        refused: `The password of user '${user}' is wrong; listCredentials of the registry shows those in force.`,
      };
    const login = { kind: 'admin', user, password: { name: right.name, version: right.version } } as const;
    return { login, rights: EVERYTHING, permissions: ADMIN_ACTIONS };
  }

  private async principal(registry: RegistryEndpoint, id: string, secret: Secret): Promise<Entry | Refusal> {
    const found = await this.principals.verifySecret(id, secret);
    if (!found)
      return { refused: `There is no service principal '${id}' with that secret; its secret may have expired.` };
    const { appId, objectId, tenantId } = found;
    return this.byCaller(registry, { tenantId, objectId, appId, name: appId, type: 'Application' });
  }

  private async person(registry: RegistryEndpoint, name: string, password: Secret): Promise<Entry | Refusal> {
    const found = await this.users.verifyPassword(name, password);
    if (!found) return { refused: `There is no user '${name}' with that password; it may have expired.` };
    const { objectId, tenantId, userName, generation } = found;
    return this.byCaller(registry, { tenantId, objectId, name: userName, type: 'User' }, generation);
  }
}

export function isRefusal(outcome: Entry | Refusal): outcome is Refusal {
  return 'refused' in outcome;
}

const ANONYMOUS: Entry = { login: { kind: 'anonymous', user: '' }, rights: PULL_ONLY, permissions: [] };

function tokenEntry(token: TokenLogin, actions: readonly string[]): Entry {
  return { login: { kind: 'token', user: token.name, token }, rights: rightsOfScopeMap(actions), permissions: [] };
}

function noAccess({ name }: RegistryEndpoint, caller: Caller): Refusal {
  return { refused: `The client '${caller.name}' has no access to registry '${name}'.` };
}

function unknown({ name }: RegistryEndpoint, user: string): Refusal {
  return {
    refused:
      `The user '${user}' is unknown; the admin user of this registry is '${name}', ` +
      `others are its tokens, service principals and users.`,
  };
}
