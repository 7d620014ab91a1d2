import { Injectable } from '@nestjs/common';
import { inPages } from '../content/reindexing.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import { Permits } from '../copying/permits.js';
import { Database } from '../database/database.js';
import {
  manifestsAfter,
  namesWithoutTag,
  tagsAfter,
  type ComparedReplica,
  type IndexedManifest,
  type IndexedTag,
} from './comparisons.repository.js';
import type { ComparisonPhase } from './replication-comparison.entity.js';
import type { Named } from './transfers.repository.js';

/** Manifests or tags that are looked at before it is written down how far it is. */
const PAGE = 200;
/** Questions that the engine is asked at once. */
const AT_ONCE = 8;

/** How far a comparison is. */
export interface Place extends Named {
  readonly phase: ComparisonPhase;
}

/** What one page came to, and where the next begins; undefined at the end. */
export interface Compared {
  /** What is to be copied or removed. */
  readonly differing: readonly Named[];
  /** How much differs; less than that where a manifest comes under its tag as well. */
  readonly found: number;
  readonly next: Place | undefined;
}

/** Looks for what a replica has otherwise than the index says, one page at a time. */
@Injectable()
export class Comparison {
  constructor(
    private readonly database: Database,
    private readonly engines: EngineRepositories,
  ) {}

  page(replica: ComparedReplica, place: Place, signal: AbortSignal): Promise<Compared> {
    return this[place.phase](replica, place, signal);
  }

  private async manifests(replica: ComparedReplica, place: Place, signal: AbortSignal): Promise<Compared> {
    const found = await manifestsAfter(this.database, replica.registryId, place, PAGE);
    const seen = new Map<string, Promise<boolean>>();
    const differing = await differingOf(found, (one) => this.lacks(replica, one, seen, signal));
    // With a tag it is copied in one go; should the tag move by then, it is copied all the same.
    const tags = differing.flatMap(({ repository, tag }) => (tag === null ? [] : [{ repository, reference: tag }]));
    return { differing: [...tags, ...differing], found: differing.length, next: nextOf(found, place.phase, 'tags') };
  }

  private async tags(replica: ComparedReplica, place: Place, signal: AbortSignal): Promise<Compared> {
    const found = await tagsAfter(this.database, replica.registryId, place, PAGE);
    const differing = await differingOf(found, (one) => this.isOther(replica, one, signal));
    return { differing, found: differing.length, next: nextOf(found, place.phase, 'surplus') };
  }

  /** The tags of some repositories of the engine. Manifests without a tag are listed by none, and nobody is told of them. */
  private async surplus(
    replica: ComparedReplica,
    { repository: after }: Place,
    signal: AbortSignal,
  ): Promise<Compared> {
    // What is being pushed there is not in the index yet.
    if (replica.isHome) return { differing: [], found: 0, next: undefined };
    const lists = this.engines.lists(replica.instanceName);
    const differing: Named[] = [];
    let looked = 0;
    for await (const repository of lists.repositories(after, signal)) {
      for await (const names of inPages(lists.tags(repository, signal), PAGE))
        differing.push(...(await this.extra(replica, repository, names, signal)));
      if (++looked === PAGE || differing.length >= PAGE)
        return { differing, found: differing.length, next: { phase: 'surplus', repository, reference: '' } };
    }
    return { differing, found: differing.length, next: undefined };
  }

  /** Of these tags of the engine those that the index does not have, each with its manifest. */
  private async extra(
    { registryId, instanceName }: ComparedReplica,
    repository: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<Named[]> {
    const target = this.engines.target(instanceName, repository);
    const extra: Named[] = [];
    for (const reference of await namesWithoutTag(this.database, registryId, repository, names)) {
      const digest = await target.digestOfTag(reference, signal);
      // An engine lists tags of manifests that are gone.
      if (digest !== undefined) extra.push({ repository, reference }, { repository, reference: digest });
    }
    return extra;
  }

  private async lacks(
    { instanceName }: ComparedReplica,
    { repository, reference, blobs }: IndexedManifest,
    seen: Map<string, Promise<boolean>>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const target = this.engines.target(instanceName, repository);
    if (!(await target.hasManifest(reference, signal))) return true;
    for (const blob of blobs) {
      const key = `${repository} ${blob}`;
      const has = seen.get(key) ?? target.hasBlob(blob, signal);
      seen.set(key, has);
      if (!(await has)) return true;
    }
    return false;
  }

  private async isOther({ instanceName }: ComparedReplica, tag: IndexedTag, signal: AbortSignal): Promise<boolean> {
    const target = this.engines.target(instanceName, tag.repository);
    return (await target.digestOfTag(tag.reference, signal)) !== tag.digest;
  }
}

async function differingOf<T extends Named>(found: readonly T[], differs: (one: T) => Promise<boolean>): Promise<T[]> {
  const permits = new Permits(AT_ONCE);
  const answers = await Promise.all(found.map((one) => permits.run(() => differs(one))));
  return found.filter((_one, index) => answers[index]);
}

function nextOf(found: readonly Named[], phase: ComparisonPhase, then: ComparisonPhase): Place {
  const last = found.at(-1);
  if (found.length < PAGE || !last) return { phase: then, repository: '', reference: '' };
  return { phase, repository: last.repository, reference: last.reference };
}
