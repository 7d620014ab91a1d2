import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { sourcesOf } from '../arm/provisioning-state.js';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database, type Tx } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { OperationKinds } from '../work/operation-kinds.js';
import type { Operation, ProvisioningKind } from '../work/operation.entity.js';
import type { Plan } from '../work/plan.js';
import { Sweeps } from '../work/sweeps.js';
import { DeletionsBelow } from './deletions-below.js';
import { InstanceOwners } from './instance-owners.js';
import { RegistriesRepository } from './registries.repository.js';
import { createRegistry, deleteRegistry, updateRegistry, type RegistryScope } from './registry.plan.js';
import { REGISTRY_TYPE } from './registry.type.js';
import { zoneInstancesOf } from './zone-instances.repository.js';

const PLANS: Readonly<Record<ProvisioningKind, Plan<RegistryScope>>> = {
  Create: createRegistry,
  Update: updateRegistry,
  Delete: deleteRegistry,
};

/** Hands the workers what they need to make registries true, and to remove instances that nothing owns. */
@Injectable()
export class RegistryWork implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly registries: RegistriesRepository,
    private readonly dataPlane: DataPlane,
    private readonly kinds: OperationKinds,
    private readonly sweeps: Sweeps,
    private readonly owners: InstanceOwners,
    private readonly deletions: DeletionsBelow,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    for (const [kind, plan] of Object.entries(PLANS) as [ProvisioningKind, Plan<RegistryScope>][])
      this.kinds.register({
        type: REGISTRY_TYPE,
        kind,
        plan,
        scope: (operation, signal) => this.scope(operation, signal),
        settle: (tx, operation, outcome) => this.settle(tx, operation, outcome),
      });
    this.owners.add((sql) => this.registries.instanceNames(sql));
    this.sweeps.register({ name: 'instances without an owner', run: () => this.removeUnowned() });
  }

  private async scope(operation: Operation, signal: AbortSignal): Promise<RegistryScope | undefined> {
    const registry = await this.registries.byId(this.database, operation.recordId);
    if (!registry) return undefined;
    const { id: registryId, instanceName } = registry;
    const { dataPlane, deletions, database, clock } = this;
    const zoneInstances = await zoneInstancesOf(database, registryId);
    return { registryId, instanceName, zoneInstances, operation, dataPlane, deletions, database, clock, signal };
  }

  private async settle(tx: Tx, { recordId, kind }: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void> {
    const registry = kind === 'Delete' && outcome === 'Succeeded' && (await this.registries.byId(tx, recordId));
    if (registry) await this.registries.remove(tx, registry);
    else await this.registries.settle(tx, recordId, outcome, sourcesOf(outcome));
  }

  /** Lists instances before owners: a name is written before its instance is made, so what has no owner then never had. */
  private async removeUnowned(): Promise<number> {
    const instances = await this.dataPlane.list();
    const owned = await this.owners.names(this.database);
    const unowned = instances.filter((name) => !owned.has(name));
    for (const name of unowned) await this.dataPlane.remove(name);
    return unowned.length;
  }
}
