/** The part of a bucket that many processes share which one lease takes at most; so little is missed while it lies idle. */
const LARGEST_LEASE = 1 / 200;
/** Leases that are used up faster than this are made larger, and those that last longer than the other, smaller. */
const FAST_MS = 500;
const SLOW_MS = 4_000;
/** For so long nobody asks again for what was not there: what comes meanwhile is fetched together. */
const EMPTY_MS = 100;
/** Larger leases are renewed before they are used up, so that no request waits for it. */
const RENEWED_AHEAD = 4;

/** What the shared bucket gave, and in how many seconds it has one more. */
export interface Lease {
  readonly granted: number;
  readonly waitSeconds: number;
}

/** Asks the bucket that all processes share for up to so many, where it holds `perMinute` and fills up within a minute. */
export type Lender = (wanted: number, perMinute: number) => Promise<Lease>;

/**
 * This process's part of a bucket that many processes share: it takes some tokens at a time and hands them out one by one,
 * the more at a time the faster they go.
 */
export class LeasedBucket {
  private tokens = 0;
  private batch = 1;
  private perMinute = 0;
  /** Requests that wait for the next lease. */
  private waiting = 0;
  private askedAtMs = -Infinity;
  private takenAtMs = -Infinity;
  private emptyUntilMs = -Infinity;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly lend: Lender,
    private readonly nowMs: () => number,
  ) {}

  /** Takes one that is here already; another limit than before begins anew. */
  takeNow(perMinute: number): boolean {
    this.hold(perMinute);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    this.takenAtMs = this.nowMs();
    if (this.batch >= RENEWED_AHEAD && this.tokens < this.batch / 2 && this.waitMs() <= 0)
      this.ask().catch(() => undefined);
    return true;
  }

  /**
   * Takes one, from the shared bucket when there is none here.
   * @returns undefined when it was had, else the seconds until there may be one.
   * @throws what the lender does.
   */
  async take(perMinute: number): Promise<number | undefined> {
    while (!this.takeNow(perMinute)) {
      const seconds = this.waitSeconds(perMinute);
      if (seconds !== undefined) return seconds;
      this.waiting++;
      try {
        await this.ask();
      } finally {
        this.waiting--;
      }
    }
    return undefined;
  }

  /** Seconds for which there is nothing here nor there, as far as is known; undefined: it has to be tried. */
  waitSeconds(perMinute: number): number | undefined {
    this.hold(perMinute);
    const waitMs = this.waitMs();
    return this.tokens >= 1 || waitMs <= 0 ? undefined : Math.ceil(waitMs / 1000);
  }

  /** One that was taken and not needed. */
  putBack(): void {
    this.tokens += 1;
  }

  /** Takes out what nobody has wanted for `idleMs`, for the shared bucket. */
  unused(idleMs: number): number {
    if (this.asking || this.tokens < 1 || this.nowMs() - this.takenAtMs < idleMs) return 0;
    const unused = this.tokens;
    this.tokens = 0;
    return unused;
  }

  private hold(perMinute: number): void {
    if (perMinute === this.perMinute) return;
    this.perMinute = perMinute;
    this.tokens = 0;
    this.batch = 1;
    this.emptyUntilMs = -Infinity;
  }

  private waitMs(): number {
    return this.emptyUntilMs - this.nowMs();
  }

  private ask(): Promise<void> {
    return (this.asking ??= this.renew().finally(() => (this.asking = undefined)));
  }

  private async renew(): Promise<void> {
    const { perMinute } = this;
    const sinceMs = this.nowMs() - this.askedAtMs;
    this.askedAtMs = this.nowMs();
    const largest = Math.max(1, Math.floor(perMinute * LARGEST_LEASE));
    if (sinceMs < FAST_MS) this.batch = Math.min(largest, this.batch * 2);
    else if (sinceMs > SLOW_MS) this.batch = Math.max(1, Math.floor(this.batch / 2));
    const { granted, waitSeconds } = await this.lend(Math.max(this.batch, this.waiting), perMinute);
    // By another limit what was lent counts for nothing: there it comes back within a minute.
    if (perMinute !== this.perMinute) return;
    this.tokens += granted;
    this.takenAtMs = this.nowMs();
    if (granted < 1) this.emptyUntilMs = this.nowMs() + Math.max(EMPTY_MS, waitSeconds * 1000);
  }
}
