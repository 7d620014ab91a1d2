import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import type { Pulled } from './cache-fills.repository.js';
import { CacheObserver, type CacheOutcome, type CachePull, type CacheThing } from './cache-observer.js';
import { NotThere } from './not-there.js';

/** Says what comes of it when something is looked for in another registry. */
@Injectable()
export class CacheOutcomes {
  private readonly logger = new Logger(CacheOutcomes.name);

  constructor(@Optional() @Inject(CacheObserver) private readonly observer?: CacheObserver) {}

  ended(thing: CacheThing, outcome: CacheOutcome): void {
    this.observer?.ended(thing, outcome);
  }

  pulled(how: CachePull): void {
    this.observer?.pulled(how);
  }

  /** @param done what is told when it succeeds. */
  async of<T>(
    thing: CacheThing,
    pulled: Pulled,
    work: () => Promise<T>,
    done: 'brought' | 'passed' = 'brought',
  ): Promise<T> {
    try {
      const answer = await work();
      this.ended(thing, done);
      return answer;
    } catch (error) {
      const isAbsent = error instanceof NotThere;
      this.ended(thing, isAbsent ? 'absent' : 'failed');
      // Whoever asked may be gone.
      if (!isAbsent)
        this.logger.warn({ ...pulled, message: `A ${thing} was not ${done} by its cache rule.`, err: error });
      throw error;
    }
  }
}
