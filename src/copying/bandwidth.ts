import { setTimeout as delay } from 'node:timers/promises';

/** What may go at once after a rest. */
const BURST_MS = 250;

/** What time it is, and how it passes. */
export abstract class Pace {
  abstract nowMs(): number;
  abstract pause(ms: number, signal: AbortSignal): Promise<void>;
}

const SYSTEM_PACE: Pace = {
  nowMs: () => performance.now(),
  pause: (ms, signal) => delay(ms, undefined, { signal }),
};

/** How many bytes may flow in a second, shared by all who copy at once. */
export class Bandwidth {
  /** When all that has been let through would have flowed. */
  private spentUntilMs = 0;

  /** @param bytesPerSecond 0 for no limit. */
  constructor(
    private readonly bytesPerSecond: number,
    private readonly pace: Pace = SYSTEM_PACE,
  ) {}

  /** Waits until these bytes may flow; in the order of the calls. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.bytesPerSecond === 0) return;
    const now = this.pace.nowMs();
    const waitMs = this.spentUntilMs - now;
    this.spentUntilMs = Math.max(this.spentUntilMs, now - BURST_MS) + (bytes / this.bytesPerSecond) * 1_000;
    if (waitMs > 0) await this.pace.pause(waitMs, signal);
  }
}
