import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { isDigest } from '../content/digest.js';
import type { ContentCall } from '../edge/content-call.js';
import { OciError, unavailable } from '../edge/oci-error.js';
import { PullThrough } from '../edge/pull-through.js';
import { RecordedTargets } from '../edge/recorded-targets.js';
import { isShortage } from '../edge/room.js';
import type { V2Route } from '../edge/v2-route.js';
import type { CachePull } from './cache-observer.js';
import { CacheOutcomes } from './cache-outcomes.js';
import { CachePasses } from './cache-passes.js';
import { CachedImages, type Wanted } from './cached-images.js';
import { TooBusy } from './fill-slots.js';
import { sendManifest } from './handed-on.js';
import { NotThere } from './not-there.js';
import { pullPlan, type PullPlan } from './pull-plan.js';
import { refusalOf } from './pull-refusal.js';

/** For how long a client waits for what is brought; it goes on being brought after that. */
const WAIT_LIMIT_MS = 300_000;
/**
 * After that it is told what a manifest says, while all that it refers to is still being brought; or is served what is
 * stored, while it is still to be found out whether that has moved.
 */
const ANSWERED_EARLY_MS = 2_000;
const PULLS: Readonly<Record<PullPlan, CachePull>> = { serve: 'hit', compare: 'compared', bring: 'miss' };

/** What cache rules do about the requests of clients. */
@Injectable()
export class CachePulls implements OnModuleInit {
  private readonly logger = new Logger(CachePulls.name);

  constructor(
    private readonly through: PullThrough,
    private readonly targets: RecordedTargets,
    private readonly images: CachedImages,
    private readonly passes: CachePasses,
    private readonly outcomes: CacheOutcomes,
  ) {}

  onModuleInit(): void {
    this.through.by((call, route, mayAnswer) => this.before(call, route, mayAnswer));
  }

  private async before(call: ContentCall, { kind, name, last }: V2Route, mayAnswer: boolean): Promise<boolean> {
    const { method = 'GET' } = call.request;
    const isPull = method === 'GET' || method === 'HEAD';
    if (kind === 'manifest' && isPull) return this.manifest(call, name, last, mayAnswer);
    if (kind === 'blob' && isPull) return this.blob(call, name, last);
    if (kind === 'manifest' && method === 'PUT' && !isDigest(last)) await this.requireFree(call, name, last);
    return false;
  }

  private async manifest(call: ContentCall, name: string, reference: string, mayAnswer: boolean): Promise<boolean> {
    const wanted = await this.wanted(call, name, reference);
    if (!wanted) return false;
    const isStored = wanted.rule.storedDigest !== null;
    const plan = pullPlan(wanted.rule, this.images.now());
    const isLeftAlone = isStored && plan !== 'serve' && this.images.isLeftAlone(wanted);
    this.outcomes.pulled(isLeftAlone ? 'stale' : PULLS[plan]);
    if (plan === 'serve' || isLeftAlone) return false;
    try {
      return await this.broughtManifest(call, wanted, mayAnswer);
    } catch (error) {
      if (!isStored) return this.insteadOf(error, call, wanted, () => this.passes.manifest(wanted, call.response));
      // While much is being brought, that would be each pull.
      if (!(error instanceof TooBusy))
        this.logger.warn({ ...wanted.pulled, message: 'What is stored is served; it was not compared.', err: error });
      return false;
    }
  }

  /** True when it has been answered already. */
  private async broughtManifest(call: ContentCall, wanted: Wanted, mayAnswer: boolean): Promise<boolean> {
    const { pulled, rule } = wanted;
    const brought = isDigest(pulled.reference) ? this.images.digest(wanted) : this.images.tag(wanted);
    const isStored = rule.storedDigest !== null;
    const isHere = await isDoneWithin(brought, ANSWERED_EARLY_MS);
    if (isStored && (isHere || !this.images.hasMoved(wanted))) return false;
    const found = isHere ? () => this.images.justBrought(pulled) : () => this.images.begun(pulled);
    const manifest = mayAnswer ? await found() : undefined;
    if (manifest) sendManifest(call.response, manifest);
    else if (!isHere && !(await isDoneWithin(brought, WAIT_LIMIT_MS)) && !isStored) throw stillBrought();
    return manifest !== undefined;
  }

  private async blob(call: ContentCall, name: string, digest: string): Promise<boolean> {
    const wanted = await this.wanted(call, name, `blob/${digest}`);
    if (!wanted || wanted.rule.storedDigest !== null) return false;
    if (await wanted.target.hasBlob(digest, new AbortController().signal)) return false;
    try {
      if (!(await isDoneWithin(this.images.blob(wanted, digest), WAIT_LIMIT_MS))) throw stillBrought();
      return false;
    } catch (error) {
      // The engine says so in its own words.
      if (error instanceof NotThere) return false;
      return this.insteadOf(error, call, wanted, () => this.passes.blob(wanted, digest, call.response));
    }
  }

  /**
   * What there is no room for is handed on; not where somebody has to look at it first.
   * @throws OciError when it was for another reason that it did not come.
   */
  private async insteadOf(
    reason: unknown,
    { registry, response }: ContentCall,
    { pulled, rule }: Wanted,
    handOn: () => Promise<void>,
  ): Promise<true> {
    const { repository } = pulled;
    if (!isShortage(reason) || registry.hasQuarantine) throw refusalOf(reason, rule, repository);
    try {
      await handOn();
    } catch (error) {
      throw response.headersSent ? error : refusalOf(error, rule, repository);
    }
    return true;
  }

  /** @throws OciError when the tag is one that follows another registry. */
  private async requireFree({ registry }: ContentCall, repository: string, tag: string): Promise<void> {
    if (await this.images.isFollowed({ registryId: registry.id, repository, reference: tag }))
      throw new OciError(
        'UNSUPPORTED',
        `The tag '${repository}:${tag}' follows another registry, by a cache rule. ` +
          'Push under another tag, or delete the tag or the rule first.',
      );
  }

  private async wanted(call: ContentCall, repository: string, reference: string): Promise<Wanted | undefined> {
    const { registry, cause } = call;
    const pulled = { registryId: registry.id, repository, reference };
    const rule = await this.images.rule(pulled);
    if (!rule) return undefined;
    const byService = { instanceName: cause.instanceName, actor: '', request: null };
    return { pulled, rule, target: this.targets.target({ registry, repository, cause: byService }) };
  }
}

async function isDoneWithin(brought: Promise<void>, limitMs: number): Promise<boolean> {
  const stop = new AbortController();
  const tooLong = delay(limitMs, false, { signal: stop.signal, ref: false }).catch(() => false);
  try {
    return await Promise.race([brought.then(() => true), tooLong]);
  } finally {
    stop.abort();
  }
}

function stillBrought(): OciError {
  return unavailable('It is still being brought from the other registry; try again.');
}
