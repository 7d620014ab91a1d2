import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { ContentEvents } from './content-events.js';
import type { ContentCause } from './content-events.repository.js';
import type { QuarantineState } from './manifest.entity.js';
import { judgeManifest, namesOf, releaseWith, takeForJudgement, type JudgedManifest } from './quarantine.repository.js';

/** What somebody found when looking at a manifest. */
export interface Judgement {
  readonly state: QuarantineState;
  /** As whoever looked wrote it; undefined leaves it as it is. */
  readonly details: string | undefined;
}

/** Lets out of quarantine what was looked at and found good. */
@Injectable()
export class Quarantine {
  constructor(
    private readonly database: Database,
    private readonly events: ContentEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Holds from the next request on. What becomes visible by it, the manifests of an index along with it, is a push to those
   * who hear of pushes. False when there is no such manifest.
   */
  judge(of: JudgedManifest, { state, details }: Judgement, cause: ContentCause): Promise<boolean> {
    const at = this.clock.now();
    return this.database.transaction(async (tx) => {
      const taken = await takeForJudgement(tx, of);
      if (!taken) return false;
      await judgeManifest(tx, taken.repositoryId, of.digest, state, details ?? null);
      if (state !== 'Passed') return true;
      const freed = await releaseWith(tx, taken.repositoryId, of.digest);
      const isFreed = taken.state !== null && taken.state !== 'Passed';
      if (!taken.isOn) return true;
      const seen = await namesOf(tx, taken.repositoryId, isFreed ? [of.digest, ...freed] : freed);
      const changes = seen.map((manifest) => ({ ...manifest, action: 'push' as const }));
      this.events.recordAtCommit(tx, { registryId: of.registryId, repository: of.repository, at }, cause, changes);
      return true;
    });
  }
}
