import { Clock } from '../../src/work/clock.js';

/** A clock that stands still until a test moves it. */
export class HandClock extends Clock {
  private time = new Date('2026-03-01T12:00:00Z');

  now(): Date {
    return this.time;
  }

  pass(seconds: number): void {
    this.time = new Date(this.time.getTime() + seconds * 1000);
  }
}
