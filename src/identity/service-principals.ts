import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/database.js';
import { hashSecret, matchesHash } from '../secrets/secret-hash.js';
import type { SecretHash } from '../secrets/secret-hash.js';
import { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { insertRevocation } from './revocations.repository.js';
import {
  changePrincipal,
  findPrincipal,
  insertPrincipal,
  insertPrincipalSecret,
  removePrincipal,
  tenantHasPrincipals,
  validSecretsOf,
} from './service-principals.repository.js';
import type { NewSecret } from './service-principals.repository.js';
import { tenantHasUsers } from './users.repository.js';
import { parseUuid } from '../arm/uuid.js';

const SECRET_BYTES = 32;
const HINT_LENGTH = 3;

/** Checked when there is nothing to check, so that an unknown id takes as long as a wrong secret. */
const NOBODY: SecretHash = { salt: randomBytes(16), hash: randomBytes(32) };

export interface NewServicePrincipal {
  readonly tenantId: string;
  readonly displayName: string;
  /** A UUID; made up when absent. */
  readonly appId?: string;
  /** Made up when absent: 64 hexadecimal digits. */
  readonly secret?: Secret;
  /** Absent: it is not. */
  readonly isOperator?: boolean;
  /** Absent: the secret does not expire. */
  readonly secretExpiresAt?: Date;
}

export interface CreatedServicePrincipal {
  readonly appId: string;
  readonly objectId: string;
  readonly secret: Secret;
}

/** Applications that sign in with an id and a secret, to the control plane and to registries alike. */
@Injectable()
export class ServicePrincipals {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Creates a principal with one secret, which cannot be read again.
   * @throws the unique violation `service_principals_pkey` when the appId is taken.
   */
  async create(sql: Sql, principal: NewServicePrincipal): Promise<CreatedServicePrincipal> {
    const appId = parseUuid(principal.appId ?? randomUUID());
    if (!appId) throw new Error(`The application id '${principal.appId}' of a new service principal is not a UUID.`);
    const objectId = randomUUID();
    const secret = principal.secret ?? new Secret(randomBytes(SECRET_BYTES).toString('hex'));
    const createdAt = this.clock.now();
    const { tenantId, displayName, isOperator = false } = principal;
    await insertPrincipal(sql, { appId, objectId, tenantId, displayName, isOperator, isEnabled: true, createdAt });
    await this.addSecret(sql, appId, secret, principal.secretExpiresAt);
    return { appId, objectId, secret };
  }

  /** Gives the principal one more secret; the others stay good. */
  async addSecret(sql: Sql, appId: string, secret: Secret, expiresAt?: Date): Promise<NewSecret> {
    const added = {
      id: randomUUID(),
      appId,
      ...(await hashSecret(secret)),
      hint: secret.reveal().slice(0, HINT_LENGTH),
      createdAt: this.clock.now(),
      expiresAt: expiresAt ?? null,
    };
    await insertPrincipalSecret(sql, added);
    return added;
  }

  /** The principal when one of its unexpired secrets is `secret`; takes about 40 ms off the event loop either way. */
  async verifySecret(appId: string, secret: Secret): Promise<ServicePrincipal | undefined> {
    const id = parseUuid(appId);
    const [principal, hashes] = id
      ? await Promise.all([findPrincipal(this.database, id), validSecretsOf(this.database, id, this.clock.now())])
      : [undefined, []];
    const candidates: readonly SecretHash[] = hashes.length > 0 ? hashes : [NOBODY];
    const matches = await Promise.all(candidates.map((candidate) => matchesHash(secret, candidate)));
    return matches.includes(true) && principal?.isEnabled ? principal : undefined;
  }

  /** Whether the local issuer serves the tenant: it has at least one principal or user. */
  isTenantKnown(tenantId: string): Promise<boolean> {
    return Promise.all([tenantHasPrincipals(this.database, tenantId), tenantHasUsers(this.database, tenantId)]).then(
      (has) => has.includes(true),
    );
  }

  /** A principal that is disabled or enabled has to ask for new tokens. Undefined: there is none. */
  change(
    appId: string,
    changes: { readonly displayName?: string | undefined; readonly isEnabled?: boolean | undefined },
  ): Promise<ServicePrincipal | undefined> {
    return this.database.transaction(async (tx) => {
      const changed = await changePrincipal(tx, appId, changes);
      if (changed && changes.isEnabled !== undefined)
        await insertRevocation(tx, changed.objectId, !changes.isEnabled, this.clock.now());
      return changed;
    });
  }

  /** Whether there was such a principal. Its tokens end with it. */
  remove(appId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const removed = await removePrincipal(tx, appId);
      if (!removed) return false;
      await insertRevocation(tx, removed.objectId, true, this.clock.now());
      return true;
    });
  }
}
