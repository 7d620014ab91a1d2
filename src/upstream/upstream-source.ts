import { pipeline, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { digestOf } from '../copying/content-digest.js';
import type { ContentSource, SourceBlob, SourceManifest } from '../copying/content-source.js';
import { EVERY_MANIFEST } from '../data-plane/engine-client.js';
import { paced } from './paced.js';
import { bodyOf, refusalOf } from './upstream-answer.js';
import type { UpstreamConnections } from './upstream-connections.js';
import type { UpstreamCredentials } from './upstream-credentials.js';
import { UpstreamFailed } from './upstream-failed.js';
import { UpstreamLogin } from './upstream-login.js';
import type { UpstreamPlace } from './upstream-place.js';

/** Engines take none that is longer. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** As it can stand in a header; none is longer. */
const MEDIA_TYPE = /^[\x21-\x7e]{1,255}$/;
/** Of before there were digests; no engine takes them. */
const OUTDATED = /\.distribution\.manifest\.v1\+/;

interface Asked {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly accept: string;
}

interface Answered {
  readonly url: URL;
  readonly answer: Dispatcher.ResponseData;
}

/** A repository of another registry, to copy from. Keeps its login for as long as it lives. */
export class UpstreamSource implements ContentSource {
  private readonly login: UpstreamLogin;

  constructor(
    private readonly connections: UpstreamConnections,
    private readonly place: UpstreamPlace,
    private readonly credentials: UpstreamCredentials | undefined,
  ) {
    this.login = new UpstreamLogin(connections, place, credentials);
  }

  async manifest(reference: string, signal: AbortSignal): Promise<SourceManifest | undefined> {
    const { url, answer } = await this.ask(this.manifestAt('GET', reference), signal);
    if (answer.statusCode === 404) return await nothing(answer);
    if (answer.statusCode !== 200) throw await refusalOf(url.host, answer, this.credentials);
    const bytes = await bodyOf({ body: this.bodyOf({ url, answer }) }, MAX_MANIFEST_BYTES).catch((error: unknown) => {
      signal.throwIfAborted();
      throw this.connections.failureOf(url, error);
    });
    const name = `the manifest ${reference} of '${this.place.repository}'`;
    if (!bytes) throw new UpstreamFailed(`${url.host}: ${name} is longer than ${MAX_MANIFEST_BYTES} bytes`, false);
    const mediaType = mediaTypeOf(answer.headers['content-type'], bytes);
    if (!MEDIA_TYPE.test(mediaType)) throw new UpstreamFailed(`${url.host}: ${name} is of no media type`, false);
    if (OUTDATED.test(mediaType))
      throw new UpstreamFailed(`${url.host}: ${name} is of schema version 1, which is not served here`, false);
    const digest = digestOf(bytes, reference);
    if (reference.includes(':') && digest !== reference)
      throw new UpstreamFailed(`${url.host} gave other bytes than those of ${name}`, false);
    return { digest, mediaType, bytes };
  }

  /** The digest of what the tag names now, without the manifest itself where the registry tells it. */
  async digestOf(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const { url, answer } = await this.ask(this.manifestAt('HEAD', tag), signal);
    if (answer.statusCode === 404) return await nothing(answer);
    if (answer.statusCode !== 200) throw await refusalOf(url.host, answer, this.credentials);
    await answer.body.dump();
    const digest = String(answer.headers['docker-content-digest'] ?? '');
    return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : (await this.manifest(tag, signal))?.digest;
  }

  async blob(digest: string, signal: AbortSignal): Promise<SourceBlob | undefined> {
    const path = `/v2/${this.place.repository}/blobs/${digest}`;
    const { url, answer } = await this.ask({ method: 'GET', path, accept: '*/*' }, signal);
    if (answer.statusCode === 404) return await nothing(answer);
    if (answer.statusCode !== 200) throw await refusalOf(url.host, answer, this.credentials);
    const length = String(answer.headers['content-length'] ?? '');
    if (!/^\d+$/.test(length)) {
      answer.body.destroy();
      throw new UpstreamFailed(`${url.host} does not say how long the blob ${digest} is`, false);
    }
    return { sizeBytes: Number(length), body: this.bodyOf({ url, answer }) };
  }

  /** Whoever reads it learns what went wrong in the words that are used for all. */
  private bodyOf({ url, answer }: Answered): Readable {
    const body = paced(
      (leastBytes) => new UpstreamFailed(`${url.host} gave less than ${leastBytes} bytes in a minute`, true),
    );
    answer.body.once('error', (error) => body.destroy(this.connections.failureOf(url, error)));
    pipeline(answer.body, body, () => undefined);
    return body;
  }

  private manifestAt(method: 'GET' | 'HEAD', reference: string): Asked {
    return { method, path: `/v2/${this.place.repository}/manifests/${reference}`, accept: EVERY_MANIFEST };
  }

  private async ask({ method, path, accept }: Asked, signal: AbortSignal): Promise<Answered> {
    const url = new URL(`${this.connections.baseOf(this.place.host)}${path}`);
    const { authorization } = this.login;
    const first = await this.follow(url, method, accept, authorization, signal);
    if (first.answer.statusCode !== 401 || first.url.origin !== url.origin) return first;
    const shown = await this.login.again(authorization, first.answer, signal);
    if (shown === undefined) return first;
    await first.answer.body.dump();
    return this.follow(url, method, accept, shown, signal);
  }

  /** Who answers elsewhere is not told who asks. */
  private async follow(
    from: URL,
    method: 'GET' | 'HEAD',
    accept: string,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Answered> {
    let url = from;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const isAtHome = url.origin === from.origin;
      const headers = { accept, ...(isAtHome && authorization !== undefined ? { authorization } : {}) };
      const answer = await this.connections.send({ method, url, headers }, signal);
      const location = String(answer.headers['location'] ?? '');
      if (!REDIRECTS.includes(answer.statusCode) || !URL.canParse(location, url)) return { url, answer };
      await answer.body.dump();
      url = new URL(location, url);
    }
    throw new UpstreamFailed(`${from.host} leads on more than ${MAX_REDIRECTS} times`, false);
  }
}

async function nothing({ body }: Dispatcher.ResponseData): Promise<undefined> {
  await body.dump();
  return undefined;
}

function mediaTypeOf(header: string | string[] | undefined, bytes: Buffer): string {
  const [said = ''] = String(header ?? '').split(';');
  // Servers of plain files know no better.
  if (said.trim().includes('.manifest.') || said.trim().includes('.index.')) return said.trim();
  try {
    const { mediaType } = JSON.parse(bytes.toString('utf8')) as { mediaType?: unknown };
    return typeof mediaType === 'string' ? mediaType : said.trim();
  } catch {
    return said.trim();
  }
}
