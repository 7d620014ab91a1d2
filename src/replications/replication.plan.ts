import { engineAnswers, instanceExists, instanceIsGone, type InstanceScope } from '../registries/instance.plan.js';
import type { ProvisioningKind } from '../work/operation.entity.js';
import type { Plan } from '../work/plan.js';

const made: Plan<InstanceScope> = [instanceExists, engineAnswers];

/** What is done for a replication: it has an instance of its own. Images are copied there by themselves. */
export const REPLICATION_PLANS: Readonly<Record<ProvisioningKind, Plan<InstanceScope>>> = {
  Create: made,
  Update: made,
  Delete: [instanceIsGone],
};
