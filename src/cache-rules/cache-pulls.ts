import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { isDigest } from '../content/digest.js';
import type { ContentCall } from '../edge/content-call.js';
import { OciError, unavailable } from '../edge/oci-error.js';
import { PullThrough } from '../edge/pull-through.js';
import { RecordedTargets } from '../edge/recorded-targets.js';
import type { V2Route } from '../edge/v2-route.js';
import { CachedImages, type Wanted } from './cached-images.js';
import { pullPlan } from './pull-plan.js';
import { refusalOf } from './pull-refusal.js';

/** For how long a client waits for what is brought; it goes on being brought after that. */
const WAIT_LIMIT_MS = 300_000;

/** What cache rules do about the requests of clients. */
@Injectable()
export class CachePulls implements OnModuleInit {
  private readonly logger = new Logger(CachePulls.name);

  constructor(
    private readonly through: PullThrough,
    private readonly targets: RecordedTargets,
    private readonly images: CachedImages,
  ) {}

  onModuleInit(): void {
    this.through.by((call, route) => this.before(call, route));
  }

  private async before(call: ContentCall, { kind, name, last }: V2Route): Promise<void> {
    const { method = 'GET' } = call.request;
    const isPull = method === 'GET' || method === 'HEAD';
    if (kind === 'manifest' && isPull) await this.manifest(call, name, last);
    if (kind === 'blob' && isPull) await this.blob(call, name, last);
    if (kind === 'manifest' && method === 'PUT' && !isDigest(last)) await this.requireFree(call, name, last);
  }

  private async manifest(call: ContentCall, name: string, reference: string): Promise<void> {
    const wanted = await this.wanted(call, name, reference);
    if (!wanted) return;
    const plan = pullPlan(wanted.rule, this.images.now());
    if (plan === 'serve') return;
    const isStored = wanted.rule.storedDigest !== null;
    try {
      await inTime(isDigest(reference) ? this.images.digest(wanted) : this.images.tag(wanted), isStored);
    } catch (error) {
      if (!isStored) throw refusalOf(error, wanted.rule, name);
      this.logger.warn({ ...wanted.pulled, message: 'What is stored is served; it was not compared.', err: error });
    }
  }

  private async blob(call: ContentCall, name: string, digest: string): Promise<void> {
    const wanted = await this.wanted(call, name, `blob/${digest}`);
    if (!wanted || wanted.rule.storedDigest !== null) return;
    if (await wanted.target.hasBlob(digest, new AbortController().signal)) return;
    try {
      await inTime(this.images.blob(wanted, digest), false);
    } catch (error) {
      throw refusalOf(error, wanted.rule, name);
    }
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

/** @throws OciError 503 when it takes too long and there is nothing to be served meanwhile. */
async function inTime(brought: Promise<void>, isStored: boolean): Promise<void> {
  const stop = new AbortController();
  const tooLong = delay(WAIT_LIMIT_MS, undefined, { signal: stop.signal, ref: false }).then(() => {
    if (!isStored) throw unavailable('It is still being brought from the other registry; try again.');
  });
  tooLong.catch(() => undefined);
  try {
    await Promise.race([brought, tooLong]);
  } finally {
    stop.abort();
  }
}
