import { hash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { userAssignedIdsOf } from '../arm/user-assigned-identity.js';
import { Database } from '../database/database.js';
import { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import {
  changeHeader,
  identityByHeader,
  insertManagedIdentity,
  type IdentifiedPrincipal,
} from './managed-identities.repository.js';
import { insertPrincipal } from './service-principals.repository.js';

const HEADER_BYTES = 32;

export interface NewManagedIdentity {
  readonly tenantId: string;
  readonly displayName: string;
  /** Null: the system's. */
  readonly resourceId: string | null;
}

/** An identity and the value with which programs ask for its tokens, which cannot be read again. */
export interface IdentityWithHeader {
  readonly identity: IdentifiedPrincipal;
  readonly header: Secret;
}

/** Identities of programs beside the service: principals that have no secret to sign in with. */
@Injectable()
export class ManagedIdentities {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws the unique violation `service_principals_pkey` when there is one of that resource id. */
  async create({ tenantId, displayName, resourceId }: NewManagedIdentity): Promise<IdentityWithHeader> {
    const ids = resourceId === null ? undefined : userAssignedIdsOf(resourceId);
    const principal = {
      appId: ids?.clientId ?? randomUUID(),
      objectId: ids?.principalId ?? randomUUID(),
      tenantId,
      displayName,
      isOperator: false,
      isEnabled: true,
      createdAt: this.clock.now(),
    };
    const header = newHeader();
    await this.database.transaction(async (tx) => {
      await insertPrincipal(tx, principal);
      await insertManagedIdentity(tx, { appId: principal.appId, resourceId, headerHash: hashOf(header) });
    });
    return { identity: { ...principal, resourceId }, header };
  }

  /** The value before is good no longer. Undefined: there is no such identity. */
  async resetHeader(appId: string): Promise<IdentityWithHeader | undefined> {
    const header = newHeader();
    const identity = await changeHeader(this.database, appId, hashOf(header));
    return identity && { identity, header };
  }

  /** Whose tokens a program may have that sent this value. */
  async holderOf(header: Secret): Promise<IdentifiedPrincipal | undefined> {
    const found = await identityByHeader(this.database, hashOf(header));
    return found?.isEnabled ? found : undefined;
  }
}

function newHeader(): Secret {
  return new Secret(randomBytes(HEADER_BYTES).toString('base64url'));
}

/** Nobody can guess 256 random bits, so that nothing slower is needed. */
function hashOf(header: Secret): Buffer {
  return hash('sha256', header.reveal(), 'buffer');
}
