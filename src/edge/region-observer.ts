/** Why the engine of a region is passed over: it cannot be reached, does not answer, or answers errors. */
export type Ailment = 'away' | 'silent' | 'errors';

/** What came of asking other regions for what the first one did not give. */
export type ReadThroughOutcome = 'found' | 'unknown' | 'unreachable';

/** Is told how regions stand in for each other; whoever wants to count it provides one. */
export abstract class RegionObserver {
  /** From now on the engine is passed over for a while. */
  abstract passedOver(why: Ailment): void;
  abstract readThrough(outcome: ReadThroughOutcome): void;
  /** What a manifest refers to was looked for in other regions before it was stored; false: that could not be done. */
  abstract filled(isDone: boolean): void;
}
