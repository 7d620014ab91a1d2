import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { ContentSource, SourceManifest } from '../copying/content-source.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { Database } from '../database/database.js';
import type { RecordedTarget } from '../edge/recorded-target.js';
import { Clock } from '../work/clock.js';
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

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly fills: CacheFills,
    private readonly upstream: UpstreamImages,
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
        if (stored === undefined) return this.broughtTag(wanted, signal);
        try {
          return await this.compared(wanted, stored, signal);
        } catch (error) {
          signal.throwIfAborted();
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

  /** @throws as `tag`. */
  digest(wanted: Wanted, known?: SourceManifest): Promise<void> {
    const { pulled, rule, target } = wanted;
    return this.fills.once({
      pulled,
      isNeeded: (isInterrupted) => this.isNeeded(pulled, isInterrupted),
      bring: async (signal) => {
        const copied = await this.upstream.ask(rule, pulled.repository, (source) =>
          copyManifest({ source: after(known, source), target, signal, maxManifests: MAX_MANIFESTS }, pulled.reference),
        );
        if (!copied) throw notThere(wanted);
        return undefined;
      },
    });
  }

  /** Of a blob that no manifest here refers to. Does nothing when the other registry has none. */
  blob({ pulled, rule, target }: Wanted, digest: string): Promise<void> {
    return this.fills.once({
      pulled,
      isNeeded: async () => !(await target.hasBlob(digest, new AbortController().signal)),
      bring: async (signal) => {
        await this.upstream.ask(rule, pulled.repository, async (source) => {
          const blob = await source.blob(digest, signal);
          if (blob) await target.putBlob(digest, blob, signal);
        });
        return undefined;
      },
    });
  }

  private async compared(wanted: Wanted, stored: string, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule } = wanted;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(COMPARE_LIMIT_MS)]);
    const digest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.digestOf(pulled.reference, limited),
    );
    if (digest === undefined || digest === stored)
      return { digest: stored, askAgainAt: this.later(this.config.cacheRevalidateSeconds * 1000) };
    return this.broughtTag(wanted, signal);
  }

  private async broughtTag(wanted: Wanted, signal: AbortSignal): Promise<Filled> {
    const { pulled, rule, target } = wanted;
    const askAgainAt = this.later(this.config.cacheRevalidateSeconds * 1000);
    const manifest = await this.upstream.ask(rule, pulled.repository, (source) =>
      source.manifest(pulled.reference, signal),
    );
    if (!manifest) throw notThere(wanted);
    // Several tags of one image may be pulled at once.
    await this.digest({ ...wanted, pulled: { ...pulled, reference: manifest.digest } }, manifest);
    await target.putManifest(pulled.reference, manifest, signal);
    return { digest: manifest.digest, askAgainAt };
  }

  private async isNeeded(pulled: Pulled, isInterrupted: boolean): Promise<boolean> {
    const rule = await this.rule(pulled);
    return rule !== undefined && pullPlan({ ...rule, isInterrupted }, this.clock.now()) !== 'serve';
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

/** A source of which one manifest has been read already. */
function after(known: SourceManifest | undefined, source: ContentSource): ContentSource {
  if (!known) return source;
  return {
    manifest: async (reference, signal) => (reference === known.digest ? known : source.manifest(reference, signal)),
    blob: (digest, signal) => source.blob(digest, signal),
  };
}

function notThere({ pulled: { repository, reference }, rule }: Wanted): NotThere {
  return new NotThere(`'${placeOf(rule, repository).name}' has no manifest '${reference}'.`);
}
