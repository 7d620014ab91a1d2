import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { isDigest } from '../content/digest.js';
import type { ContentSource, SourceManifest } from '../copying/content-source.js';
import type { ContentTarget } from '../copying/content-target.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { Database } from '../database/database.js';
import type { RecordedTarget } from '../edge/recorded-target.js';
import { Clock } from '../work/clock.js';
import { CacheFills } from './cache-fills.js';
import { findRule, isFollowedTag, type Filled, type MatchedRule, type Pulled } from './cache-fills.repository.js';
import { CacheOutcomes } from './cache-outcomes.js';
import { noBlob, notThere, NotThere } from './not-there.js';
import { pullPlan, targetsFor } from './pull-plan.js';
import { UpstreamImages } from './upstream-images.js';

/** For how long of a tag is not asked again whether it has moved, when that could not be found out. */
const LEFT_ALONE_MS = 30_000;
/** Until it has said so; pulls are served what is stored long before that. */
const COMPARE_LIMIT_MS = 10_000;
/** Of an index with all that it refers to. */
const MAX_MANIFESTS = 1_000;
/** Of manifests that are being brought. */
const KNOWN_BYTES = 32 * 1024 ** 2;

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
  /** What is done about tags that are stored, by this process. */
  private readonly doing = new Map<string, 'comparing' | 'bringing'>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly fills: CacheFills,
    private readonly upstream: UpstreamImages,
    private readonly outcomes: CacheOutcomes,
  ) {}

  rule(pulled: Pulled): Promise<MatchedRule | undefined> {
    return findRule(this.database, pulled, targetsFor(pulled.repository));
  }

  /** Whether the tag names what a rule brought, or is about to. */
  isFollowed(pulled: Pulled): Promise<boolean> {
    return isFollowedTag(this.database, pulled, targetsFor(pulled.repository));
  }

  /** Whether the other registry did not answer of late, so that what is stored is to be served. */
  isLeftAlone({ rule, pulled }: Wanted): boolean {
    return this.upstream.isLeftAlone(rule, pulled.repository);
  }

  /**
   * Whether a tag that is stored has moved, and the new image is being brought. Where the other registry has not said that
   * by now, the others are told that it does not answer.
   */
  hasMoved({ rule, pulled }: Wanted): boolean {
    const doing = this.doing.get(keyOf(pulled));
    if (doing === 'comparing') this.upstream.didNotAnswer(rule, pulled.repository);
    return doing === 'bringing';
  }

  now(): Date {
    return this.clock.now();
  }

  /**
   * Brings what a tag names now, unless it is here already. What is stored stays when the other registry cannot be asked, or
   * has the tag no more.
   * @throws NotThere, SourceFailed, TargetFailed, OciError, NoCredential when there is nothing stored; TooBusy.
   */
  tag(wanted: Wanted): Promise<void> {
    const { pulled } = wanted;
    return this.fills.once({
      pulled,
      isHasty: wanted.rule.storedDigest !== null,
      isNeeded: (isInterrupted) => this.isNeeded(pulled, isInterrupted),
      bring: async (signal) => {
        const stored = (await this.rule(pulled))?.storedDigest ?? undefined;
        if (stored === undefined) return this.outcomes.of('tag', pulled, () => this.broughtTag(wanted, signal));
        try {
          return await this.compared(wanted, stored, signal);
        } catch (error) {
          signal.throwIfAborted();
          if ((error as Error).name === 'TimeoutError') this.upstream.didNotAnswer(wanted.rule, pulled.repository);
          this.outcomes.ended('tag', 'stale');
          this.logger.warn({
            ...pulled,
            message: 'A cached tag was not compared; what is stored is served.',
            err: error,
          });
          return { digest: stored, askAgainAt: this.later(LEFT_ALONE_MS) };
        } finally {
          this.doing.delete(keyOf(pulled));
        }
      },
    });
  }

  /** What is being brought, as soon as it is known, and long before all that it refers to is here. */
  begun(pulled: Pulled): SourceManifest | undefined {
    return this.known.get(keyOf(pulled));
  }

  /** What has just been brought: an engine cannot read a manifest while it is put under another tag as well. */
  async justBrought(pulled: Pulled): Promise<SourceManifest | undefined> {
    const { reference } = pulled;
    const digest = isDigest(reference) ? reference : (await this.rule(pulled))?.storedDigest;
    return typeof digest === 'string' ? this.known.get(keyOf({ ...pulled, reference: digest })) : undefined;
  }

  /** @throws as `tag`. */
  digest(wanted: Wanted, isPart = false): Promise<void> {
    const { pulled, rule } = wanted;
    return this.fills.once({
      pulled,
      isPart,
      isNeeded: (isInterrupted) => this.isNeeded(pulled, isInterrupted),
      bring: (signal) =>
        this.outcomes.of('digest', pulled, async () => {
          const copied = await this.upstream.ask(rule, pulled.repository, (upstream) => {
            const source = this.remembered(pulled, upstream);
            const target = this.oneByOne(wanted, source);
            return copyManifest({ source, target, signal, maxManifests: MAX_MANIFESTS }, pulled.reference);
          });
          if (!copied) throw notThere(pulled, rule);
          return undefined;
        }),
    });
  }

  /** One blob. @throws NotThere, and as `tag`. @param from what is asked already. */
  blob({ pulled, rule, target }: Wanted, digest: string, from?: ContentSource): Promise<void> {
    return this.fills.once({
      pulled: { ...pulled, reference: `blob/${digest}` },
      isPart: from !== undefined,
      isNeeded: async () => !(await target.hasBlob(digest, new AbortController().signal)),
      bring: (signal) =>
        this.outcomes.of('blob', pulled, async () => {
          const bring = async (source: ContentSource) => {
            const blob = await source.blob(digest, signal);
            if (!blob) throw noBlob(pulled, rule, digest);
            await target.putBlob(digest, blob, signal);
          };
          await (from ? bring(from) : this.upstream.ask(rule, pulled.repository, bring));
          return undefined;
        }),
    });
  }

  private async compared(wanted: Wanted, stored: string, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule } = wanted;
    this.doing.set(keyOf(pulled), 'comparing');
    const limited = AbortSignal.any([signal, AbortSignal.timeout(COMPARE_LIMIT_MS)]);
    const digest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.digestOf(pulled.reference, limited),
    );
    this.doing.set(keyOf(pulled), 'bringing');
    if (digest !== undefined && digest !== stored)
      return this.outcomes.of('tag', pulled, () => this.broughtTag(wanted, signal));
    this.outcomes.ended('tag', 'unchanged');
    return { digest: stored, askAgainAt: this.later(this.config.cacheRevalidateSeconds * 1000) };
  }

  private async broughtTag(wanted: Wanted, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule, target } = wanted;
    const askAgainAt = this.later(this.config.cacheRevalidateSeconds * 1000);
    const manifest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.manifest(pulled.reference, signal),
    );
    if (!manifest) throw notThere(pulled, rule);
    const image = { ...pulled, reference: manifest.digest };
    this.known.set(keyOf(image), manifest).set(keyOf(pulled), manifest);
    try {
      // Several tags of one image may be pulled at once.
      await this.digest({ ...wanted, pulled: image }, true);
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

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

function keyOf({ registryId, repository, reference }: Pulled): string {
  return `${registryId} ${repository} ${reference}`;
}
