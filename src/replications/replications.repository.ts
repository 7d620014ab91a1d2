import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Store } from '../arm/resource-type.js';
import type { ProvisioningState } from '../arm/provisioning-state.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { RegistryLocations } from '../registries/registry-locations.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { Replication } from './replication.entity.js';
import type { ReplicationContext } from './replication.type.js';
import { oweZoneCopies } from './zone-copies.repository.js';

const children = registryChildrenOf('replications', Replication);

const count: Statement = {
  name: 'replications.count',
  text: 'select count(*)::int as n from replications where registry_id = $1',
};
const locationsBelow: Statement = {
  name: 'replications.locations',
  text: 'select location from replications where registry_id = $1 order by location',
};
/** Not once the registry itself is being deleted: then nobody holds its row while this one's is held. */
const tellRegistry: Statement = {
  name: 'replications.tell_registry',
  text: `update registries
            set replica_locations = coalesce((select jsonb_agg(location order by location) from replications
                                               where registry_id = $1 and provisioning_state <> 'Deleting'), '[]')
          where id = $1 and provisioning_state <> 'Deleting'`,
};
const forgetLocations: Statement = {
  name: 'replications.forget_locations',
  text: `update registries set replica_locations = '[]' where id = $1 and replica_locations <> '[]'`,
};
const instanceNames: Statement = {
  name: 'replications.instance_names',
  text: 'select instance_name as name from replications',
};
const settle: Statement = {
  name: 'replications.settle',
  text: `update replications
            set provisioning_state = $2, display_status = $3, status_message = $4,
                status_changed_at = case when display_status is distinct from $3 then now() else status_changed_at end
          where id = $1 and provisioning_state = any($5)`,
};

/** What an operation on a replication ended with. */
export interface ReplicationEnd {
  readonly state: ProvisioningState;
  readonly displayStatus: NonNullable<Replication['displayStatus']>;
  readonly statusMessage: string;
}

/** Every query about replications. */
@Injectable()
export class ReplicationsRepository implements Store<Replication, ReplicationContext, Registry>, OnModuleInit {
  readonly find = children.find;
  readonly lock = children.lock;
  readonly lockAll = children.lockAll;
  readonly byId = children.byId;
  readonly list = children.list;
  readonly remove = children.remove;

  constructor(
    readonly parents: RegistryParents,
    private readonly counts: SkuCounts,
    private readonly locations: RegistryLocations,
  ) {}

  onModuleInit(): void {
    this.counts.add('replications', (sql, registryId) => this.count(sql, registryId));
    this.locations.add((sql, registryId) => this.locationsOf(sql, registryId));
  }

  /** The registry's row is held by then, as in `update`, and learns where its replications are. */
  async insert(tx: Tx, record: Replication): Promise<void> {
    await tx.together(() => [children.insert(tx, record), tx.count(tellRegistry, [record.registryId])]);
    if (record.zoneRedundancy === 'Enabled') await oweZoneCopies(tx, record.registryId);
  }

  async update(tx: Tx, record: Replication): Promise<void> {
    await tx.together(() => [children.update(tx, record), tx.count(tellRegistry, [record.registryId])]);
  }

  /** Before all of them are deleted and any of them is held: whoever holds both has the registry's row first. */
  async forgetLocations(tx: Tx, registryId: string): Promise<void> {
    await tx.count(forgetLocations, [registryId]);
  }

  async context(
    tx: Tx,
    next: Replication,
    current: Replication | undefined,
    { sku, location: homeLocation }: Registry,
  ): Promise<ReplicationContext> {
    return { sku, homeLocation, replications: current ? 0 : (await this.count(tx, next.registryId)) + 1 };
  }

  /** Writes what an operation ended with, if that may follow the present state. */
  async settle(tx: Tx, id: string, end: ReplicationEnd, from: readonly ProvisioningState[]): Promise<void> {
    await tx.count(settle, [id, end.state, end.displayStatus, end.statusMessage, from]);
  }

  /** Instances that some replication owns, of all registries. */
  async instanceNames(sql: Sql): Promise<string[]> {
    return (await sql.rows<{ name: string }>(instanceNames)).map(({ name }) => name);
  }

  private async locationsOf(sql: Sql, registryId: string): Promise<string[]> {
    return (await sql.rows<{ location: string }>(locationsBelow, [registryId])).map(({ location }) => location);
  }

  private async count(sql: Sql, registryId: string): Promise<number> {
    return (await sql.row<{ n: number }>(count, [registryId]))?.n ?? 0;
  }
}
