import type { Schedule } from '../../src/data-plane/process/schedule.js';

/** Time that passes only when told. */
export class ManualSchedule {
  private nowMs = 0;
  private readonly tasks = new Set<{ readonly atMs: number; readonly task: () => void }>();

  readonly schedule: Schedule = (delayMs, task) => {
    const entry = { atMs: this.nowMs + delayMs, task };
    this.tasks.add(entry);
    return () => this.tasks.delete(entry);
  };

  /** How many wait for no longer than that. */
  waiting(ms: number): number {
    return [...this.tasks].filter(({ atMs }) => atMs - this.nowMs <= ms).length;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const entry of this.tasks)
      if (entry.atMs <= this.nowMs) {
        this.tasks.delete(entry);
        entry.task();
      }
  }
}
