import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { MANIFEST_TYPE } from './engines.js';

export const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface OciAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
}

export interface OciRequest {
  readonly body?: Dispatcher.DispatchOptions['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests to one login server, with whatever Authorization header it is given. */
export class OciClient {
  private readonly agent: Agent;

  constructor(
    readonly origin: string,
    ca: string,
    private readonly authorization?: string,
  ) {
    this.agent = new Agent({ connect: { ca, timeout: 60_000 }, headersTimeout: 0, bodyTimeout: 0 });
  }

  async send(method: Dispatcher.HttpMethod, path: string, { body, headers }: OciRequest = {}): Promise<OciAnswer> {
    const answer = await request(`${this.origin}${path}`, {
      method,
      body,
      dispatcher: this.agent,
      headers: { ...(this.authorization ? { authorization: this.authorization } : {}), ...headers },
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, bytes, json: parsed(bytes) };
  }

  /** Pushes a blob in one PUT after the POST. Answers the last answer. */
  async pushBlob(repository: string, blob: Buffer): Promise<OciAnswer> {
    const begun = await this.send('POST', `/v2/${repository}/blobs/uploads/`);
    if (begun.status !== 202) return begun;
    return this.send('PUT', `${String(begun.headers['location'])}&digest=${sha256(blob)}`, {
      body: blob,
      headers: { 'content-type': 'application/octet-stream' },
    });
  }

  /** Pushes a manifest over the given blobs, of which the first is the config. */
  putManifest(repository: string, tag: string, manifest: Buffer): Promise<OciAnswer> {
    return this.send('PUT', `/v2/${repository}/manifests/${tag}`, {
      body: manifest,
      headers: { 'content-type': MANIFEST_TYPE },
    });
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** An image of random bytes: its blobs and the manifest over them. */
export function randomImage(layerBytes = 1_000): { blobs: [Buffer, Buffer]; manifest: Buffer; bytes: number } {
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', id: randomBytes(8).toString('hex') }),
  );
  const layer = randomBytes(layerBytes);
  const manifest = manifestOver(config, layer);
  return { blobs: [config, layer], manifest, bytes: config.length + layer.length + manifest.length };
}

export function manifestOver(config: Buffer, layer: Buffer): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(layer), size: layer.length }],
    }),
  );
}

/** How many bytes of a body came, and whether that was all of it. */
export async function outcomeOf(answer: IncomingMessage): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length;
    return { bytes, isWhole: true };
  } catch {
    return { bytes, isWhole: false };
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
