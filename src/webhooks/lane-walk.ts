import { verdictOn, type Verdict } from './delivery-verdict.js';
import type { ReceivedMessage, SentMessage } from './webhook-event.entity.js';
import type { DueEvent, LaneEnd } from './webhook-lanes.repository.js';

/** What came of one attempt; without a request when it did not get that far. */
export interface Attempt {
  readonly request?: SentMessage;
  readonly response: ReceivedMessage;
}

/** How one lane's events are sent, for those that walk it. */
export interface Walk {
  /** In their order. */
  readonly events: readonly DueEvent[];
  /** There may be more than these. */
  readonly isCut: boolean;
  /** Aborts when the lane is not to be gone on with. */
  readonly signal: AbortSignal;
  /** Nobody else has the lane. */
  readonly isHeld: () => boolean;
  /** When the lane is to be given back, so that others of its webhook have their turn; in milliseconds of `now`. */
  readonly untilMs: number;
  readonly now: () => Date;
  readonly attempt: (event: DueEvent) => Promise<Attempt>;
  readonly came: (event: DueEvent, attempt: Attempt, verdict: Verdict) => void;
}

export type WalkEnd = Omit<LaneEnd, 'lane'>;

/** Sends event after event until one has to be tried again: what comes after that one waits for it. */
export async function walkLane(walk: Walk): Promise<WalkEnd> {
  const { events, isCut, signal, isHeld, untilMs, now, attempt, came } = walk;
  let ended = 0;
  const back = (delayMs: number, isExpired = false): WalkEnd => ({
    isEmpty: false,
    delayMs,
    ended,
    waitingSince: ended > 0 ? events[ended]?.openedAt : undefined,
    isExpired,
  });
  for (const event of events) {
    if (signal.aborted || !isHeld() || (ended > 0 && now().getTime() >= untilMs)) return back(0);
    const made = await attempt(event);
    if (signal.aborted) return back(0);
    const verdict = verdictOn(made.response, event, now());
    came(event, made, verdict);
    if (verdict.status === 'Pending') return back(verdict.delayMs);
    ended++;
    if (verdict.status === 'Failed' && verdict.isExpired)
      return { ...back(0, true), isEmpty: !isCut && ended === events.length };
  }
  return { ...back(0), isEmpty: !isCut };
}
