import type { ResourceCatalogue } from '../arm/resource-catalogue.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../work/clock.js';
import type { OperationKind } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { DONE, PlanFailure } from '../work/plan.js';
import type { Plan } from '../work/plan.js';
import type { ResourceGroup } from './resource-group.entity.js';
import { GROUP_TYPE } from './resource-group-rules.js';
import { findGroupById, keepGroup, removeGroup } from './resource-groups.repository.js';

/** How soon it is looked again whether the resources are gone. */
const LOOK_AGAIN_MS = 200;
/** A resource that cannot be deleted for so long will not be. */
const GIVE_UP_AFTER_MS = 3_600_000;

interface Neighbours {
  readonly database: Database;
  readonly catalogue: ResourceCatalogue;
  readonly clock: Clock;
}

interface Scope extends Neighbours {
  readonly group: ResourceGroup;
  readonly operation: Operation;
}

/** The group is marked already, so that nothing new appears in it while this goes on. */
const plan: Plan<Scope> = [
  {
    name: 'everything in the group is deleted',
    async ensure({ database, catalogue, clock, group, operation }) {
      const { tenantId, correlationId } = operation;
      const where = { subscriptionId: group.subscriptionId, groupKey: group.key };
      const left = await database.transaction(async (tx) => {
        let count = 0;
        for (const type of catalogue.types()) count += await type.deleteAll(tx, where, { tenantId, correlationId });
        return count;
      });
      if (left === 0) return DONE;
      const because = `${left} resources are still being deleted`;
      if (clock.now().getTime() - operation.createdAt.getTime() > GIVE_UP_AFTER_MS)
        throw new PlanFailure(
          'ResourceGroupDeletionTimeout',
          `After an hour ${because}. The group is kept; delete what is left, or delete the group again.`,
        );
      return { retryAfterMs: LOOK_AGAIN_MS, because };
    },
  },
];

/** How a worker deletes a resource group. The row goes in the transaction that ends the operation. */
export function resourceGroupDeletion(neighbours: Neighbours): OperationKind<Scope> {
  return {
    type: GROUP_TYPE,
    kind: 'Delete',
    plan,
    async scope(operation) {
      const group = await findGroupById(neighbours.database, operation.recordId);
      return group && { ...neighbours, group, operation };
    },
    settle: (tx, { recordId }, outcome) => (outcome === 'Succeeded' ? removeGroup : keepGroup)(tx, recordId),
  };
}
