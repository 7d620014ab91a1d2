import type { Operation } from './operation.entity.js';
import type { Outcome, Plan } from './plan.js';

/** Walks plans in place of the plain walk; whoever wants to stand in their way provides one. */
export abstract class PlanWalker {
  abstract walk<Scope>(operation: Operation, plan: Plan<Scope>, scope: Scope): Promise<Outcome>;
}
