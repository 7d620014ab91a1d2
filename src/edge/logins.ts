import { Injectable } from '@nestjs/common';
import { AdminCredentials, type PasswordVersion } from '../credentials/admin-credentials.js';
import { Database } from '../database/database.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import type { Secret } from '../secrets/secret.js';
import { narrowedTo, type Access } from './access.js';

/** Who a token speaks for, with what decides whether it still may. */
export type Login =
  | { readonly kind: 'admin'; readonly user: string; readonly password: PasswordVersion }
  | { readonly kind: 'anonymous'; readonly user: '' };

const ANONYMOUS: Login = { kind: 'anonymous', user: '' };

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
  ) {}

  async byPassword(registry: RegistryEndpoint, user: string, password: Secret): Promise<Login | Refusal> {
    if (user.toLowerCase() !== registry.key)
      return { refused: `The user '${user}' is unknown; the admin user of this registry is '${registry.name}'.` };
    if (!registry.adminUserEnabled)
      return {
        refused: `The admin user of registry '${registry.name}' is disabled; set adminUserEnabled of the registry to use it.`,
      };
    const right = await this.admins.verify(this.database, registry.id, password);
    // A login goes into tokens, which anybody can read: nothing but these two may be in it.
    if (right) return { kind: 'admin', user: registry.name, password: { name: right.name, version: right.version } };
    return {
      refused: `The password of user '${registry.name}' is wrong; listCredentials of the registry shows those in force.`,
    };
  }

  anonymous(registry: RegistryEndpoint): Login | Refusal {
    if (registry.anonymousPullEnabled) return ANONYMOUS;
    return {
      refused:
        `Registry '${registry.name}' does not allow anonymous pull; log in with a user name and a password, ` +
        'or visit https://aka.ms/acr/authorization for more information.',
    };
  }

  async isInForce(registry: RegistryEndpoint, login: Login): Promise<boolean> {
    if (login.kind === 'anonymous') return registry.anonymousPullEnabled;
    return registry.adminUserEnabled && (await this.admins.isCurrent(this.database, registry.id, login.password));
  }
}

/** The part of what was asked for that a login may have. */
export function granted(login: Login, wanted: readonly Access[]): readonly Access[] {
  return login.kind === 'admin'
    ? wanted
    : narrowedTo(
        ['pull'],
        wanted.filter(({ type }) => type === 'repository'),
      );
}

export function isRefusal(outcome: Login | Refusal): outcome is Refusal {
  return 'refused' in outcome;
}
