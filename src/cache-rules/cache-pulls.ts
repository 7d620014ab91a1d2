import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { isDigest } from '../content/digest.js';
import type { SourceManifest } from '../copying/content-source.js';
import type { ContentCall } from '../edge/content-call.js';
import { OciError, unavailable } from '../edge/oci-error.js';
import { PullThrough } from '../edge/pull-through.js';
import { RecordedTargets } from '../edge/recorded-targets.js';
import type { V2Route } from '../edge/v2-route.js';
import { CachedImages, NotThere, type Wanted } from './cached-images.js';
import { pullPlan } from './pull-plan.js';
import { refusalOf } from './pull-refusal.js';

/** For how long a client waits for what is brought; it goes on being brought after that. */
const WAIT_LIMIT_MS = 300_000;
/** After that it is told what a manifest says, while all that it refers to is still being brought. */
const ANSWERED_EARLY_MS = 2_000;

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
    this.through.by((call, route, mayAnswer) => this.before(call, route, mayAnswer));
  }

  private async before(call: ContentCall, { kind, name, last }: V2Route, mayAnswer: boolean): Promise<boolean> {
    const { method = 'GET' } = call.request;
    const isPull = method === 'GET' || method === 'HEAD';
    if (kind === 'manifest' && isPull) return this.manifest(call, name, last, mayAnswer);
    if (kind === 'blob' && isPull) await this.blob(call, name, last);
    if (kind === 'manifest' && method === 'PUT' && !isDigest(last)) await this.requireFree(call, name, last);
    return false;
  }

  private async manifest(call: ContentCall, name: string, reference: string, mayAnswer: boolean): Promise<boolean> {
    const wanted = await this.wanted(call, name, reference);
    if (!wanted) return false;
    const plan = pullPlan(wanted.rule, this.images.now());
    if (plan === 'serve') return false;
    const isStored = wanted.rule.storedDigest !== null;
    const brought = isDigest(reference) ? this.images.digest(wanted) : this.images.tag(wanted);
    try {
      if (mayAnswer && !(await isDoneWithin(brought, ANSWERED_EARLY_MS))) {
        const manifest = this.images.begun(wanted.pulled);
        if (manifest) return sendManifest(call, manifest);
      }
      if (!(await isDoneWithin(brought, WAIT_LIMIT_MS)) && !isStored) throw stillBrought();
    } catch (error) {
      if (!isStored) throw refusalOf(error, wanted.rule, name);
      this.logger.warn({ ...wanted.pulled, message: 'What is stored is served; it was not compared.', err: error });
    }
    return false;
  }

  private async blob(call: ContentCall, name: string, digest: string): Promise<void> {
    const wanted = await this.wanted(call, name, `blob/${digest}`);
    if (!wanted || wanted.rule.storedDigest !== null) return;
    if (await wanted.target.hasBlob(digest, new AbortController().signal)) return;
    try {
      if (!(await isDoneWithin(this.images.blob(wanted, digest), WAIT_LIMIT_MS))) throw stillBrought();
    } catch (error) {
      // The engine says so in its own words.
      if (error instanceof NotThere) return;
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

async function isDoneWithin(brought: Promise<void>, limitMs: number): Promise<boolean> {
  const stop = new AbortController();
  const tooLong = delay(limitMs, false, { signal: stop.signal, ref: false }).catch(() => false);
  try {
    return await Promise.race([brought.then(() => true), tooLong]);
  } finally {
    stop.abort();
  }
}

function sendManifest({ request, response }: ContentCall, { digest, mediaType, bytes }: SourceManifest): true {
  response.writeHead(200, {
    'Content-Type': mediaType,
    'Content-Length': bytes.length,
    'Docker-Content-Digest': digest,
    'Docker-Distribution-Api-Version': 'registry/2.0',
    Etag: `"${digest}"`,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
  return true;
}

function stillBrought(): OciError {
  return unavailable('It is still being brought from the other registry; try again.');
}
