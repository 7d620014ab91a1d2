import { EVERY_MANIFEST } from '../data-plane/engine-client.js';
import { digestOf } from './content-digest.js';
import { SourceFailed, type ContentSource, type SourceBlob, type SourceManifest } from './content-source.js';
import type { EngineExchange } from './engine-exchange.js';

/** Engines take none that is longer. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** A repository of an engine of this service, to copy from. */
export class EngineSource implements ContentSource {
  constructor(
    private readonly engine: EngineExchange,
    private readonly repository: string,
  ) {}

  async manifest(reference: string, signal: AbortSignal): Promise<SourceManifest | undefined> {
    const path = `/v2/${this.repository}/manifests/${reference}`;
    const answer = await this.engine.ask({ method: 'GET', path, headers: { accept: EVERY_MANIFEST } }, signal);
    const length = Number(answer.headers['content-length']);
    if (answer.statusCode !== 200 || !(length <= MAX_MANIFEST_BYTES)) {
      answer.destroy();
      if (answer.statusCode === 404) return undefined;
      throw new SourceFailed(`The engine answered ${answer.statusCode} to GET ${path}, of ${length} bytes.`, true);
    }
    const bytes = Buffer.concat((await answer.toArray({ signal })) as Buffer[]);
    const digest = digestOf(bytes, reference);
    const isByDigest = reference.includes(':');
    if (bytes.length !== length || (isByDigest && digest !== reference))
      throw new SourceFailed(`The engine's manifest ${reference} of '${this.repository}' is damaged.`, true);
    return { digest, mediaType: answer.headers['content-type'] ?? '', bytes };
  }

  async blob(digest: string, signal: AbortSignal): Promise<SourceBlob | undefined> {
    const path = `/v2/${this.repository}/blobs/${digest}`;
    const body = await this.engine.ask({ method: 'GET', path }, signal);
    if (body.statusCode === 200) return { sizeBytes: Number(body.headers['content-length']), body };
    body.destroy();
    if (body.statusCode === 404) return undefined;
    throw new SourceFailed(`The engine answered ${body.statusCode} to GET ${path}.`, true);
  }
}
