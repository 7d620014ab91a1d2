import { Injectable } from '@nestjs/common';
import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Store } from '../arm/resource-type.js';
import type { Sql, Tx } from '../database/database.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import type { CredentialSet } from './credential-set.entity.js';
import { CredentialSetsRepository } from './credential-sets.repository.js';
import { CredentialSetLogins } from './credential-set-logins.js';

/** Credential sets as the pipeline keeps them: rows, each with the health that it has at this moment. */
@Injectable()
export class CredentialSetStore implements Store<CredentialSet, undefined, Registry> {
  constructor(
    readonly parents: RegistryParents,
    private readonly rows: CredentialSetsRepository,
    private readonly credentials: CredentialSetLogins,
  ) {}

  async find(sql: Sql, id: ResourceId, tenantId: string): Promise<CredentialSet | undefined> {
    return this.examined(await this.rows.find(sql, id, tenantId));
  }

  async lock(tx: Tx, id: ResourceId, tenantId: string): Promise<CredentialSet | undefined> {
    return this.examined(await this.rows.lock(tx, id, tenantId));
  }

  async list(sql: Sql, id: ResourceId, page: Page): Promise<CredentialSet[]> {
    const found = await this.rows.list(sql, id, page);
    await Promise.all(found.map((record) => this.examined(record)));
    return found;
  }

  /** The answer shows the health of what is being written. */
  async context(_: Tx, next: CredentialSet): Promise<undefined> {
    await this.examined(next);
  }

  insert(tx: Tx, record: CredentialSet): Promise<void> {
    return this.rows.insert(tx, record);
  }

  update(tx: Tx, record: CredentialSet): Promise<void> {
    return this.rows.update(tx, record);
  }

  remove(tx: Tx, record: CredentialSet): Promise<void> {
    return this.rows.remove(tx, record);
  }

  private async examined<R extends CredentialSet | undefined>(record: R): Promise<R> {
    if (record) record.health = await this.credentials.health(record);
    return record;
  }
}
