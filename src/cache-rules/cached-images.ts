import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import type { ContentSource, SourceManifest } from '../copying/content-source.js';
import type { ContentTarget } from '../copying/content-target.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { Database } from '../database/database.js';
import type { RecordedTarget } from '../edge/recorded-target.js';
import { Clock } from '../work/clock.js';
import { CacheObserver, type CacheThing } from './cache-observer.js';
import { CacheFills } from './cache-fills.js';
import { findRule, isFollowedTag, type Filled, type MatchedRule, type Pulled } from './cache-fills.repository.js';
import { placeOf, pullPlan, targetsFor } from './pull-plan.js';
import { UpstreamImages } from './upstream-images.js';

/** For how long a registry that could not be asked whether a tag has moved is left alone. */
const LEFT_ALONE_MS = 30_000;
/** Until it has said so; what is stored is there to be served. */
const COMPARE_LIMIT_MS = 10_000;
/** Of an index with all that it refers to. */
const MAX_MANIFESTS = 1_000;
/** Of manifests that are being brought. */
const KNOWN_BYTES = 32 * 1024 ** 2;

/** The other registry has no such thing. */
export class NotThere extends Error {}

/** What is wanted, by which rule, and where it goes. */
export interface Wanted {
  readonly pulled: Pulled;
  readonly rule: MatchedRule;
  readonly target: RecordedTarget;
}

/** Brings what cache rules name from other registries into repositories of this service. */
@Injectable()
export class CachedImages {
  private readonly logger = new Logger(CachedImages.name);
  /** What this process has read of late, by what it was asked for. */
  private readonly known = new LRUCache<string, SourceManifest>({
    maxSize: KNOWN_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length + 1_000,
  });
  private readonly asking = new Map<string, Promise<SourceManifest | undefined>>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly fills: CacheFills,
    private readonly upstream: UpstreamImages,
    @Optional() @Inject(CacheObserver) private readonly observer?: CacheObserver,
  ) {}

  rule(pulled: Pulled): Promise<MatchedRule | undefined> {
    return findRule(this.database, pulled, targetsFor(pulled.repository));
  }

  /** Whether the tag names what a rule brought, or is about to. */
  isFollowed(pulled: Pulled): Promise<boolean> {
    return isFollowedTag(this.database, pulled, targetsFor(pulled.repository));
  }

  now(): Date {
    return this.clock.now();
  }

  /**
   * Brings what a tag names now, unless it is here already. What is stored stays when the other registry cannot be asked, or
   * has the tag no more.
   * @throws NotThere, SourceFailed, TargetFailed, OciError, NoCredential when there is nothing stored.
   */
  tag(wanted: Wanted): Promise<void> {
    const { pulled } = wanted;
    return this.fills.once({
      pulled,
      isNeeded: (isInterrupted) => this.isNeeded(pulled, isInterrupted),
      bring: async (signal) => {
        const stored = (await this.rule(pulled))?.storedDigest ?? undefined;
        if (stored === undefined) return this.told('tag', pulled, () => this.broughtTag(wanted, signal));
        try {
          return await this.compared(wanted, stored, signal);
        } catch (error) {
          signal.throwIfAborted();
          this.observer?.ended('tag', 'stale');
          this.logger.warn({
            ...pulled,
            message: 'A cached tag was not compared; what is stored is served.',
            err: error,
          });
          return { digest: stored, askAgainAt: this.later(LEFT_ALONE_MS) };
        }
      },
    });
  }

  /** What is being brought, as soon as it is known, and long before all that it refers to is here. */
  begun(pulled: Pulled): SourceManifest | undefined {
    return this.known.get(keyOf(pulled));
  }

  /** @throws as `tag`. */
  digest(wanted: Wanted): Promise<void> {
    const { pulled, rule } = wanted;
    return this.fills.once({
      pulled,
      isNeeded: (isInterrupted) => this.isNeeded(pulled, isInterrupted),
      bring: (signal) =>
        this.told('digest', pulled, async () => {
          const copied = await this.upstream.ask(rule, pulled.repository, (upstream) => {
            const source = this.remembered(pulled, upstream);
            const target = this.oneByOne(wanted, source);
            return copyManifest({ source, target, signal, maxManifests: MAX_MANIFESTS }, pulled.reference);
          });
          if (!copied) throw notThere(wanted);
          return undefined;
        }),
    });
  }

  /** One blob. @throws NotThere, and as `tag`. @param from what is asked already. */
  blob({ pulled, rule, target }: Wanted, digest: string, from?: ContentSource): Promise<void> {
    return this.fills.once({
      pulled: { ...pulled, reference: `blob/${digest}` },
      isNeeded: async () => !(await target.hasBlob(digest, new AbortController().signal)),
      bring: (signal) =>
        this.told('blob', pulled, async () => {
          const bring = async (source: ContentSource) => {
            const blob = await source.blob(digest, signal);
            if (!blob) throw new NotThere(`'${placeOf(rule, pulled.repository).name}' has no blob ${digest}.`);
            await target.putBlob(digest, blob, signal);
          };
          await (from ? bring(from) : this.upstream.ask(rule, pulled.repository, bring));
          return undefined;
        }),
    });
  }

  private async compared(wanted: Wanted, stored: string, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule } = wanted;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(COMPARE_LIMIT_MS)]);
    const digest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.digestOf(pulled.reference, limited),
    );
    if (digest !== undefined && digest !== stored)
      return this.told('tag', pulled, () => this.broughtTag(wanted, signal));
    this.observer?.ended('tag', 'unchanged');
    return { digest: stored, askAgainAt: this.later(this.config.cacheRevalidateSeconds * 1000) };
  }

  private async broughtTag(wanted: Wanted, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule, target } = wanted;
    const askAgainAt = this.later(this.config.cacheRevalidateSeconds * 1000);
    const manifest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.manifest(pulled.reference, signal),
    );
    if (!manifest) throw notThere(wanted);
    const image = { ...pulled, reference: manifest.digest };
    this.known.set(keyOf(image), manifest).set(keyOf(pulled), manifest);
    try {
      // Several tags of one image may be pulled at once.
      await this.digest({ ...wanted, pulled: image });
      await target.putManifest(pulled.reference, manifest, signal);
    } finally {
      this.known.delete(keyOf(pulled));
    }
    return { digest: manifest.digest, askAgainAt };
  }

  /** A manifest is asked for once, whether it is brought alone or with the index that has it. */
  private remembered(pulled: Pulled, source: ContentSource): ContentSource {
    return {
      manifest: async (digest, signal) => {
        const key = keyOf({ ...pulled, reference: digest });
        const known = this.known.get(key) ?? this.asking.get(key);
        if (known) return known;
        const asking = source.manifest(digest, signal).finally(() => this.asking.delete(key));
        this.asking.set(key, asking);
        const found = await asking;
        if (found) this.known.set(key, found);
        return found;
      },
      blob: (digest, signal) => source.blob(digest, signal),
    };
  }

  /** Whoever pulls one of the blobs waits for that alone, and images that share one have it brought once. */
  private oneByOne(wanted: Wanted, source: ContentSource): ContentTarget {
    const { target } = wanted;
    return {
      hasBlob: async (digest, signal) => {
        if (await target.hasBlob(digest, signal)) return true;
        try {
          await this.blob(wanted, digest, source);
          return true;
        } catch (error) {
          // It may be one that need not be there.
          if (error instanceof NotThere) return false;
          throw error;
        }
      },
      hasManifest: (digest, signal) => target.hasManifest(digest, signal),
      mountBlob: (digest, from, signal) => target.mountBlob(digest, from, signal),
      putBlob: (digest, blob, signal) => target.putBlob(digest, blob, signal),
      putManifest: (reference, manifest, signal) => target.putManifest(reference, manifest, signal),
    };
  }

  private async isNeeded(pulled: Pulled, isInterrupted: boolean): Promise<boolean> {
    const rule = await this.rule(pulled);
    return rule !== undefined && pullPlan({ ...rule, isInterrupted }, this.clock.now()) !== 'serve';
  }

  private async told<T>(thing: CacheThing, pulled: Pulled, bring: () => Promise<T>): Promise<T> {
    try {
      const brought = await bring();
      this.observer?.ended(thing, 'brought');
      return brought;
    } catch (error) {
      const isAbsent = error instanceof NotThere;
      this.observer?.ended(thing, isAbsent ? 'absent' : 'failed');
      // Whoever asked may be gone.
      if (!isAbsent)
        this.logger.warn({ ...pulled, message: `A ${thing} was not brought by its cache rule.`, err: error });
      throw error;
    }
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

function keyOf({ registryId, repository, reference }: Pulled): string {
  return `${registryId} ${repository} ${reference}`;
}

function notThere({ pulled: { repository, reference }, rule }: Wanted): NotThere {
  return new NotThere(`'${placeOf(rule, repository).name}' has no manifest '${reference}'.`);
}
