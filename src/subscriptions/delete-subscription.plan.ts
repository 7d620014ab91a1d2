import type { ResourceCatalogue } from '../arm/resource-catalogue.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../work/clock.js';
import type { OperationKind } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { DONE, PlanFailure } from '../work/plan.js';
import type { Plan } from '../work/plan.js';
import { forgetRegistrations } from './provider-registrations.repository.js';
import { groupKeysOf, removeGroupsOf } from './resource-groups.repository.js';
import { SUBSCRIPTION_TYPE } from './subscription-lifecycle.js';
import { emptySubscription } from './subscriptions.repository.js';

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
      if (left === 0) return DONE;
      const because = `${left} resources are still being deleted`;
      if (clock.now().getTime() - operation.createdAt.getTime() > GIVE_UP_AFTER_MS)
        throw new PlanFailure('ProvisioningFailed', `After an hour ${because}. Say again that it is deleted.`);
      return { retryAfterMs: LOOK_AGAIN_MS, because };
    },
  },
];

/** How a worker empties a deleted subscription. Its row stays, so that its id is never somebody else's. */
export function subscriptionDeletion(neighbours: Neighbours): OperationKind<Scope> {
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
