import type { ResourceCatalogue } from '../arm/resource-catalogue.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../work/clock.js';
import type { Operation } from '../work/operation.entity.js';
import { DONE } from '../work/plan.js';
import type { PlanFailure, Wait } from '../work/plan.js';

/** How soon it is looked again whether the resources are gone. */
const LOOK_AGAIN_MS = 200;
/** A resource that cannot be deleted for so long will not be. */
const GIVE_UP_AFTER_MS = 3_600_000;

/** What the deletion of a group, or of all groups of a subscription, works with. */
export interface Emptying {
  readonly database: Database;
  readonly catalogue: ResourceCatalogue;
  readonly clock: Clock;
}

/** Whether what is `left` is still worth waiting for. @throws what `failure` makes of it after an hour. */
export function untilGone(
  left: number,
  { clock, operation }: { readonly clock: Clock; readonly operation: Operation },
  failure: (because: string) => PlanFailure,
): typeof DONE | Wait {
  if (left === 0) return DONE;
  const because = `${left} resources are still being deleted`;
  if (clock.now().getTime() - operation.createdAt.getTime() > GIVE_UP_AFTER_MS)
    throw failure(`After an hour ${because}.`);
  return { retryAfterMs: LOOK_AGAIN_MS, because };
}
