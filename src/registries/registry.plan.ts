import type { Database } from '../database/database.js';
import type { Clock } from '../work/clock.js';
import type { Operation } from '../work/operation.entity.js';
import { DONE, PlanFailure, type Plan, type Step } from '../work/plan.js';
import type { DeletionsBelow } from './deletions-below.js';
import { engineAnswers, instanceExists, instanceIsGone, type InstanceScope } from './instance.plan.js';
import { isListeningFor } from './login-servers.repository.js';

/** How soon it is looked again whether what lies below a registry is gone. */
const LOOK_AGAIN_MS = 100;
/** What cannot be deleted for so long will not be. */
const GIVE_UP_AFTER_MS = 3_600_000;

/** What the steps of a registry's plans work on. */
export interface RegistryScope extends InstanceScope {
  readonly registryId: string;
  readonly operation: Pick<Operation, 'tenantId' | 'correlationId' | 'createdAt'>;
  readonly deletions: DeletionsBelow;
  readonly database: Database;
  readonly clock: Clock;
}

const loginServerListens: Step<RegistryScope> = {
  name: 'loginServerListens',
  async ensure({ registryId, database }) {
    if (await isListeningFor(database, registryId)) return DONE;
    return { retryAfterMs: 20, because: 'no edge listens on the port of the login server yet' };
  },
};

/** The registry is marked already, so that nothing new appears below it while this goes on. */
const nothingIsBelow: Step<RegistryScope> = {
  name: 'nothingIsBelow',
  async ensure({ registryId, operation, deletions, database, clock }) {
    const left = await database.transaction((tx) => deletions.deleteAll(tx, registryId, operation));
    if (left === 0) return DONE;
    const because = `${left} resources below the registry are still being deleted`;
    if (clock.now().getTime() - operation.createdAt.getTime() > GIVE_UP_AFTER_MS)
      throw new PlanFailure('ProvisioningFailed', `After an hour ${because}. Delete the registry again.`);
    return { retryAfterMs: LOOK_AGAIN_MS, because };
  },
};

export const createRegistry: Plan<RegistryScope> = [instanceExists, engineAnswers, loginServerListens];
export const updateRegistry: Plan<RegistryScope> = createRegistry;
export const deleteRegistry: Plan<RegistryScope> = [nothingIsBelow, instanceIsGone];
