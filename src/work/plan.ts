export const DONE = Symbol('done');

/** A step that cannot go on yet. `because` is logged and kept with the operation, for whoever is on call. */
export interface Wait {
  readonly retryAfterMs: number;
  readonly because: string;
}

/** Makes one thing true. It can be repeated, never waits by itself, and obeys `scope.signal` when it calls outside. */
export interface Step<Scope> {
  readonly name: string;
  ensure(scope: Scope): Promise<typeof DONE | Wait>;
}

/** Walked from the top every time; steps already true are cheap to repeat. */
export type Plan<Scope> = readonly Step<Scope>[];

export type Outcome = { readonly done: true } | ({ readonly done: false; readonly step: string } & Wait);

/** A failure that trying again cannot mend. The code is one that clients of the operation see. */
export class PlanFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export async function walk<Scope>(plan: Plan<Scope>, scope: Scope): Promise<Outcome> {
  for (const step of plan) {
    const result = await step.ensure(scope);
    if (result !== DONE) return { done: false, step: step.name, ...result };
  }
  return { done: true };
}
