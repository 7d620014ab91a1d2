import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ArmPipeline } from '../arm/pipeline.js';
import { sourcesOf } from '../arm/provisioning-state.js';
import { Config } from '../config/config.js';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database, type Tx } from '../database/database.js';
import { DeletionsBelow, type Deleter } from '../registries/deletions-below.js';
import { InstanceOwners } from '../registries/instance-owners.js';
import { zoneInstancesOf } from '../registries/zone-instances.repository.js';
import { OperationKinds } from '../work/operation-kinds.js';
import { OPERATION_KINDS, type Operation } from '../work/operation.entity.js';
import { beginSyncing } from './begin-syncing.js';
import { REPLICATION_PLANS, type ReplicaScope } from './replication.plan.js';
import { REPLICATION_TYPE, replicationType } from './replication.type.js';
import { ReplicationsRepository, type ReplicationEnd } from './replications.repository.js';
import { isDrained } from './transfers.repository.js';

/** What a replication says of itself after an operation; what it holds is looked at from then on. */
const ENDS: Readonly<Record<'Succeeded' | 'Failed', ReplicationEnd>> = {
  Succeeded: {
    state: 'Succeeded',
    displayStatus: 'Syncing',
    statusMessage: 'What the registry holds is being copied.',
  },
  Failed: {
    state: 'Failed',
    displayStatus: 'Failed',
    statusMessage: 'The last operation failed. Send its request again, or delete the replication.',
  },
};

/** Hands the workers what they need to make replications true, and to end them with their registry. */
@Injectable()
export class ReplicationWork implements OnModuleInit {
  private readonly type = replicationType(this.config.regions);

  constructor(
    private readonly database: Database,
    private readonly replications: ReplicationsRepository,
    private readonly dataPlane: DataPlane,
    private readonly kinds: OperationKinds,
    private readonly owners: InstanceOwners,
    private readonly deletions: DeletionsBelow,
    private readonly arm: ArmPipeline,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    for (const kind of OPERATION_KINDS)
      this.kinds.register({
        type: REPLICATION_TYPE,
        kind,
        plan: REPLICATION_PLANS[kind],
        scope: ({ recordId }, signal) => this.scope(recordId, signal),
        settle: (tx, operation, outcome) => this.settle(tx, operation, outcome),
      });
    this.owners.add((sql) => this.replications.instanceNames(sql));
    this.deletions.add((tx, registryId, from) => this.deleteBelow(tx, registryId, from));
  }

  private async scope(recordId: string, signal: AbortSignal): Promise<ReplicaScope | undefined> {
    const replication = await this.replications.byId(this.database, recordId);
    if (!replication) return undefined;
    const { instanceName, registryId } = replication;
    const zoneInstances = await zoneInstancesOf(this.database, registryId, recordId);
    const isAtHome = () => isDrained(this.database, [instanceName, ...zoneInstances]);
    return { instanceName, zoneInstances, dataPlane: this.dataPlane, signal, isAtHome };
  }

  private async settle(tx: Tx, { recordId, kind }: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void> {
    const replication = outcome === 'Succeeded' ? await this.replications.byId(tx, recordId) : undefined;
    if (replication && kind === 'Delete') return this.replications.remove(tx, replication);
    await this.replications.settle(tx, recordId, ENDS[outcome], sourcesOf(outcome));
    if (replication) await beginSyncing(tx, replication);
  }

  private async deleteBelow(tx: Tx, registryId: string, from: Deleter): Promise<number> {
    await this.replications.forgetLocations(tx, registryId);
    const left = await this.replications.lockAll(tx, registryId);
    for (const replication of left) await this.arm.beginDelete(tx, this.type, this.replications, replication, from);
    return left.length;
  }
}
