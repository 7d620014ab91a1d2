import { LRUCache } from 'lru-cache';
import type { Clock } from '../work/clock.js';
import type { Ailment } from './region-observer.js';

/** For how long an engine that could not be asked is passed over without another try. */
const FIRST_MS = 3_000;
/** As long as this at last, when each try that follows costs somebody the time in which it does not answer. */
const LONGEST_MS = 60_000;
/** A single error may be about a single blob, that others have in order. */
const ERRORS_IN_A_ROW = 3;
/** Engines of which that is remembered. */
const REMEMBERED = 5_000;

/** An engine that was asked and gave no answer to go on with, where that of another region may. */
export class EngineIll extends Error {
  constructor(
    readonly why: Ailment,
    message: string,
  ) {
    super(message);
  }
}

interface Illness {
  readonly why: Ailment;
  readonly errors: number;
  readonly untilMs: number;
  readonly forMs: number;
  /** Somebody asks it, to see; the others wait for what comes of that. */
  readonly isTried: boolean;
}

/** Which engines are passed over for a while, as far as this process has seen. */
export class IllEngines {
  private readonly known = new LRUCache<string, Illness>({ max: REMEMBERED });

  constructor(private readonly clock: Clock) {}

  isIll(instanceName: string): boolean {
    return (this.known.get(instanceName)?.untilMs ?? 0) > this.now();
  }

  /** Whether it is passed over from now on, and was not before. */
  failed(instanceName: string, why: Ailment): boolean {
    const before = this.known.get(instanceName);
    if (before?.isTried === false && before.untilMs > this.now()) return false;
    const errors = why === 'errors' ? (before?.errors ?? 0) + 1 : 0;
    const isIll = why !== 'errors' || errors >= ERRORS_IN_A_ROW;
    const isStillIll = before?.isTried === true;
    const forMs = isStillIll && why !== 'away' ? Math.min(before.forMs * 2, LONGEST_MS) : FIRST_MS;
    this.known.set(instanceName, { why, errors, untilMs: isIll ? this.now() + forMs : 0, forMs, isTried: false });
    return isIll && !isStillIll;
  }

  /** It is about to be asked, by one at a time while nobody knows whether it is well again. */
  tried(instanceName: string): void {
    const illness = this.known.get(instanceName);
    if (!illness || illness.untilMs === 0) return;
    // It runs again, and what else could be wrong is not known.
    if (illness.why === 'away') this.known.delete(instanceName);
    else this.known.set(instanceName, { ...illness, untilMs: this.now() + illness.forMs, isTried: true });
  }

  answered(instanceName: string): void {
    this.known.delete(instanceName);
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
