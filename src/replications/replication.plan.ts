import { engineAnswers, instanceExists, instanceIsGone, type InstanceScope } from '../registries/instance.plan.js';
import type { ProvisioningKind } from '../work/operation.entity.js';
import { DONE, type Plan, type Step } from '../work/plan.js';

/** A replica's instance. */
export interface ReplicaScope extends InstanceScope {
  /** Whether the home region has all that was pushed to this one. */
  readonly isAtHome: () => Promise<boolean>;
}

/** What was pushed here and was not copied yet would go with the instance. Nothing new comes by then. */
const imagesAreAtHome: Step<ReplicaScope> = {
  name: 'imagesAreAtHome',
  async ensure({ isAtHome }) {
    if (await isAtHome()) return DONE;
    return { retryAfterMs: 300, because: 'images that were pushed to it are still being copied to the home region' };
  },
};

const made: Plan<InstanceScope> = [instanceExists, engineAnswers];

/** What is done for a replication: it has an instance of its own. Images are copied there by themselves. */
export const REPLICATION_PLANS: Readonly<Record<ProvisioningKind, Plan<ReplicaScope>>> = {
  Create: made,
  Update: made,
  Delete: [imagesAreAtHome, instanceIsGone],
};
