import type { OperationKind } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { PlanFailure } from '../work/plan.js';
import type { Plan } from '../work/plan.js';
import { untilGone, type Emptying } from './emptying.js';
import { forgetRegistrations } from './provider-registrations.repository.js';
import { groupKeysOf, removeGroupsOf } from './resource-groups.repository.js';
import { SUBSCRIPTION_TYPE } from './subscription-lifecycle.js';
import { emptySubscription } from './subscriptions.repository.js';

interface Scope extends Emptying {
  readonly operation: Operation;
}

/** The subscription is marked already, and so are its groups: nothing new appears while this goes on. */
const plan: Plan<Scope> = [
  {
    name: 'everything in the subscription is deleted',
    async ensure({ database, catalogue, clock, operation }) {
      const { recordId: subscriptionId, tenantId, correlationId } = operation;
      let left = 0;
      for (const groupKey of await groupKeysOf(database, subscriptionId))
        for (const type of catalogue.types())
          left += await database.transaction((tx) =>
            type.deleteAll(tx, { subscriptionId, groupKey }, { tenantId, correlationId }),
          );
      return untilGone(
        left,
        { clock, operation },
        (because) => new PlanFailure('ProvisioningFailed', `${because} Say again that it is deleted.`),
      );
    },
  },
];

/** How a worker empties a deleted subscription. Its row stays, so that its id is never somebody else's. */
export function subscriptionDeletion(neighbours: Emptying): OperationKind<Scope> {
  return {
    type: SUBSCRIPTION_TYPE,
    kind: 'Delete',
    plan,
    scope: (operation) => Promise.resolve({ ...neighbours, operation }),
    async settle(tx, { recordId }, outcome) {
      if (outcome === 'Failed') return;
      await removeGroupsOf(tx, recordId);
      await forgetRegistrations(tx, recordId);
      await emptySubscription(tx, recordId);
    },
  };
}
