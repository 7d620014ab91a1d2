import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../work/clock.js';

/** For how long a registry that did not answer is left alone where there is something to serve instead. */
const LEFT_ALONE_MS = 30_000;
/** Until whoever looks whether it is back knows that. */
const LOOK_MS = 10_000;

/** Which other registries did not answer of late; each process finds that out for itself. */
@Injectable()
export class AwayUpstreams {
  /** When each is to be asked again, by its host. */
  private readonly again = new LRUCache<string, number>({ max: 10_000 });

  constructor(private readonly clock: Clock) {}

  /** Whether it is to be left alone. When the time is over, one who asks this is to look, and the others wait for that. */
  isLeftAlone(host: string): boolean {
    const again = this.again.get(host);
    if (again === undefined) return false;
    const now = this.clock.now().getTime();
    if (now < again) return true;
    this.again.set(host, now + LOOK_MS);
    return false;
  }

  didNotAnswer(host: string): void {
    this.again.set(host, this.clock.now().getTime() + LEFT_ALONE_MS);
  }

  answered(host: string): void {
    this.again.delete(host);
  }
}
