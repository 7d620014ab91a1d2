import type { OperationKind } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { PlanFailure } from '../work/plan.js';
import type { Plan } from '../work/plan.js';
import { untilGone, type Emptying } from './emptying.js';
import type { ResourceGroup } from './resource-group.entity.js';
import { GROUP_TYPE } from './resource-group-rules.js';
import { findGroupById, keepGroup, removeGroup } from './resource-groups.repository.js';

interface Scope extends Emptying {
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
      return untilGone(
        left,
        { clock, operation },
        (because) =>
          new PlanFailure(
            'ResourceGroupDeletionTimeout',
            `${because} The group is kept; delete what is left, or delete the group again.`,
          ),
      );
    },
  },
];

/** How a worker deletes a resource group. The row goes in the transaction that ends the operation. */
export function resourceGroupDeletion(neighbours: Emptying): OperationKind<Scope> {
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
