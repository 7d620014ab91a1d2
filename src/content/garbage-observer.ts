import type { Collected } from './garbage-collector.js';

/** Is told what the garbage collection of one registry came to; whoever wants to count it provides one. */
export abstract class GarbageObserver {
  abstract collected(collected: Collected, seconds: number): void;
  abstract failed(seconds: number): void;
}
