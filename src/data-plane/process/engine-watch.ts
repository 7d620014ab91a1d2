import { askIfAlive } from './engine-probe.js';
import type { Schedule } from './schedule.js';

/** How often an engine in use is asked, and how long it may take to say anything. */
const ASK_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 20_000;
/**
 * So often in a row it has to stay silent. What it is asked costs it nothing, so that one that is merely busy, on a machine
 * that is too slow for it, answers within seconds; ended by mistake, it would take every upload on it along.
 */
const SILENCES = 4;

export interface EngineWatchOptions {
  readonly socketPath: string;
  readonly schedule: Schedule;
  isInUse(): boolean;
  /** It has not said a word for two minutes. Told once. */
  onHung(): void;
}

/** Looks after one engine for as long as somebody uses it; one at rest costs nothing. */
export class EngineWatch {
  private silences = 0;
  private wasUsed = false;
  private isOver = false;
  private cancel: (() => void) | undefined;

  constructor(private readonly options: EngineWatchOptions) {}

  used(): void {
    this.wasUsed = true;
    if (!this.isOver) this.cancel ??= this.options.schedule(ASK_EVERY_MS, () => this.ask());
  }

  stop(): void {
    this.isOver = true;
    this.cancel?.();
  }

  private ask(): void {
    this.wasUsed = false;
    const { socketPath, schedule } = this.options;
    this.cancel = askIfAlive(socketPath, { schedule, withinMs: ANSWER_WITHIN_MS }, (isAlive) => {
      this.cancel = undefined;
      if (isAlive !== undefined) this.silences = isAlive ? 0 : this.silences + 1;
      if (this.isOver) return;
      if (this.silences >= SILENCES) {
        this.stop();
        this.options.onHung();
      } else if (this.wasUsed || this.silences > 0 || this.options.isInUse()) this.used();
    });
  }
}
