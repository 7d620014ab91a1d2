import { randomUUID } from 'node:crypto';
import { UNTAGGING } from '../content/untagging.js';
import { EVERY_MANIFEST } from '../data-plane/engine-client.js';
import { digestOf } from './content-digest.js';
import { SourceFailed, type SourceBlob, type SourceManifest } from './content-source.js';
import { TargetFailed, type ContentTarget } from './content-target.js';
import type { EngineAnswer, EngineExchange, EngineQuestion } from './engine-exchange.js';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** A repository of an engine of this service, to copy into. */
export class EngineTarget implements ContentTarget {
  constructor(
    private readonly engine: EngineExchange,
    private readonly repository: string,
  ) {}

  hasManifest(digest: string, signal: AbortSignal): Promise<boolean> {
    return this.has(`manifests/${digest}`, signal);
  }

  hasBlob(digest: string, signal: AbortSignal): Promise<boolean> {
    return this.has(`blobs/${digest}`, signal);
  }

  async mountBlob(digest: string, fromRepository: string, signal: AbortSignal): Promise<boolean> {
    const asked = new URLSearchParams({ mount: digest, from: fromRepository }).toString();
    const { status, location } = await this.begin(`blobs/uploads/?${asked}`, signal);
    if (status === 201) return true;
    // The engine has begun an upload of the bytes instead.
    await this.engine.tell({ method: 'DELETE', path: location }, signal);
    return false;
  }

  async putBlob(digest: string, { sizeBytes, body }: SourceBlob, signal: AbortSignal): Promise<void> {
    try {
      const { location } = await this.begin('blobs/uploads/', signal);
      const path = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
      const length = Number.isNaN(sizeBytes) ? {} : { 'content-length': sizeBytes };
      const headers = { 'content-type': 'application/octet-stream', ...length };
      await this.tell({ method: 'PUT', path, headers, body }, [201], signal);
    } catch (error) {
      // Why the bytes did not come says more than that the engine did not get them.
      throw body.errored instanceof SourceFailed && !signal.aborted ? body.errored : error;
    } finally {
      body.destroy();
    }
  }

  async putManifest(reference: string, { mediaType, bytes }: SourceManifest, signal: AbortSignal): Promise<void> {
    const path = `/v2/${this.repository}/manifests/${reference}`;
    const headers = { 'content-type': mediaType, 'content-length': bytes.length };
    await this.tell({ method: 'PUT', path, headers, body: bytes }, [201], signal);
  }

  /** With its tags. False when there was none. */
  async deleteManifest(digest: string, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/${this.repository}/manifests/${digest}`;
    return (await this.tell({ method: 'DELETE', path }, [202, 404], signal)).status === 202;
  }

  /** The digest that a tag names; undefined when there is no such tag. */
  async digestOfTag(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const path = `/v2/${this.repository}/manifests/${tag}`;
    const headers = { accept: EVERY_MANIFEST };
    const answer = await this.tell({ method: 'HEAD', path, headers }, [200, 404], signal);
    return answer.status === 200 ? String(answer.headers['docker-content-digest'] ?? '') : undefined;
  }

  /**
   * False when there was no such tag. Engines delete by digest alone, and every tag of it with it: so the tag is first moved
   * to a manifest of its own, which is empty and like no other.
   */
  async untag(tag: string, signal: AbortSignal): Promise<boolean> {
    if ((await this.digestOfTag(tag, signal)) === undefined) return false;
    const empty = emptyIndex({ [UNTAGGING]: randomUUID() });
    await this.putManifest(tag, empty, signal);
    return this.deleteManifest(empty.digest, signal);
  }

  private async has(what: string, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/${this.repository}/${what}`;
    const headers = { accept: EVERY_MANIFEST };
    return (await this.tell({ method: 'HEAD', path, headers }, [200, 404], signal)).status === 200;
  }

  private async begin(what: string, signal: AbortSignal): Promise<{ status: number; location: string }> {
    const path = `/v2/${this.repository}/${what}`;
    const { status, headers } = await this.tell({ method: 'POST', path }, [201, 202], signal);
    return { status, location: headers.location ?? '' };
  }

  private async tell(
    question: EngineQuestion,
    expected: readonly number[],
    signal: AbortSignal,
  ): Promise<EngineAnswer> {
    const answer = await this.engine.tell(question, signal);
    if (expected.includes(answer.status)) return answer;
    const [where] = question.path.split('?');
    const said = [answer.status, ...answer.errorCodes].join(' ');
    throw new TargetFailed(`The engine answered ${said} to ${question.method} ${where}.`, answer.status >= 500);
  }
}

function emptyIndex(annotations: Readonly<Record<string, string>>): SourceManifest {
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [], annotations };
  const bytes = Buffer.from(JSON.stringify(index));
  return { digest: digestOf(bytes), mediaType: INDEX_TYPE, bytes };
}
