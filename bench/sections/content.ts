import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Agent } from 'undici';
import { request } from 'undici';

const CHUNK_BYTES = 1024 * 1024;
const REPOSITORY = 'bench';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const MANIFEST_PATH = `/v2/${REPOSITORY}/manifests/v1`;
export const SCOPE = `repository:${REPOSITORY}:pull,push`;

/** A registry's content API, with whatever it wants to be told with each request. */
export interface ContentServer {
  readonly host: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bytes to be sent: the same random megabyte over and over, so that no more than that is held in memory. */
export interface Blob {
  readonly bytes: number;
  readonly digest: string;
  stream(): Readable;
}

export function randomBlob(bytes: number): Blob {
  const chunk = randomBytes(CHUNK_BYTES);
  const chunks = function* () {
    for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) yield chunk.subarray(0, Math.min(CHUNK_BYTES, bytes - sent));
  };
  const hash = createHash('sha256');
  for (const part of chunks()) hash.update(part);
  return {
    bytes,
    digest: `sha256:${hash.digest('hex')}`,
    stream: () => Readable.from(chunks(), { objectMode: false, highWaterMark: CHUNK_BYTES }),
  };
}

/** Pushes a blob in one PUT. */
export async function pushBlob(
  { host, agent, headers }: ContentServer,
  blob: Blob,
  repository = REPOSITORY,
): Promise<void> {
  const begun = await request(`https://${host}/v2/${repository}/blobs/uploads/`, {
    method: 'POST',
    headers,
    dispatcher: agent,
  });
  await begun.body.dump();
  const place = new URL(String(begun.headers['location']), `https://${host}`);
  place.searchParams.set('digest', blob.digest);
  const stored = await request(place, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': String(blob.bytes) },
    body: blob.stream(),
    dispatcher: agent,
  });
  expectStatus(stored.statusCode, 201, await stored.body.text());
}

export async function pullBlob({ host, agent, headers }: ContentServer, blob: Blob): Promise<void> {
  const url = `https://${host}/v2/${REPOSITORY}/blobs/${blob.digest}`;
  const { statusCode, body } = await request(url, { headers, dispatcher: agent });
  let bytes = 0;
  for await (const chunk of body) bytes += (chunk as Buffer).length;
  expectStatus(statusCode, 200, `${bytes} bytes`);
  if (bytes !== blob.bytes) throw new Error(`${url} gave ${bytes} bytes of ${blob.bytes}.`);
}

/** Pushes a manifest whose config and only layer is the blob. */
export function pushManifest(server: ContentServer, blob: Blob): Promise<void> {
  return putManifest(server, blob, MANIFEST_PATH, {});
}

/** Pushes such a manifest of its own under that tag. */
export function pushTag(server: ContentServer, blob: Blob, repository: string, tag: string): Promise<void> {
  return putManifest(server, blob, `/v2/${repository}/manifests/${tag}`, { annotations: { tag } });
}

async function putManifest(
  { host, agent, headers }: ContentServer,
  blob: Blob,
  path: string,
  further: object,
): Promise<void> {
  const descriptor = { digest: blob.digest, size: blob.bytes };
  const { statusCode, body } = await request(`https://${host}${path}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': MANIFEST_TYPE },
    dispatcher: agent,
    body: JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...descriptor },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...descriptor }],
      ...further,
    }),
  });
  expectStatus(statusCode, 201, await body.text());
}

function expectStatus(status: number, wanted: number, said: string): void {
  if (status !== wanted) throw new Error(`The registry answered ${status} where ${wanted} was expected: ${said}`);
}
