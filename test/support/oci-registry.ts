import { afterAll, beforeAll, expect } from 'vitest';
import { MANIFEST_TYPE } from './engines.js';
import { basic, OciClient, randomImage, sha256, type OciAnswer } from './oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from './oci-edge.js';

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export interface Opened {
  readonly given: GivenRegistry;
  /** The admin user. */
  readonly client: OciClient;
}

/** Login servers for the whole of a spec, gone with it; registries and clients as they are asked for. */
export function loginServers(settings: Readonly<Record<string, string>> = {}) {
  let edge: Edge;
  const clients: OciClient[] = [];

  beforeAll(async () => {
    edge = await openEdge(settings);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await edge?.close();
  });

  function clientOf({ loginServer }: GivenRegistry, authorization?: string): OciClient {
    const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
    clients.push(client);
    return client;
  }

  async function opened(): Promise<Opened> {
    const given = await edge.registry();
    return { given, client: clientOf(given, basic(given.user, given.password)) };
  }

  /** Who may do only what these scopes say. */
  async function narrowed(given: GivenRegistry, ...scopes: string[]): Promise<OciClient> {
    return clientOf(given, `Bearer ${await edge.token(given, ...scopes)}`);
  }

  return { edge: () => edge, opened, clientOf, narrowed };
}

export interface PushedImage {
  readonly config: Buffer;
  readonly layer: Buffer;
  readonly manifest: Buffer;
  readonly digest: string;
  readonly size: number;
}

/** Pushes an image of random bytes with these tags, or by its digest. */
export async function pushImage(client: OciClient, repository: string, ...tags: string[]): Promise<PushedImage> {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  const digest = sha256(manifest);
  for (const reference of tags.length > 0 ? tags : [digest])
    expect((await client.putManifest(repository, reference, manifest)).status).toBe(201);
  return { config: blobs[0], layer: blobs[1], manifest, digest, size: manifest.length };
}

export const asDescriptor = ({ digest, size }: Pick<PushedImage, 'digest' | 'size'>) => ({
  mediaType: MANIFEST_TYPE,
  digest,
  size,
});

/** Begins an upload; answers where it goes on. */
export async function begin(client: OciClient, repository: string): Promise<string> {
  const { status, headers } = await client.send('POST', `/v2/${repository}/blobs/uploads/`);
  expect(status).toBe(202);
  return String(headers['location']);
}

export const locationOf = ({ headers }: OciAnswer): string => String(headers['location']);

/** The status of an answer, and the codes of the errors in it, which have the form of the specification. */
export function refusalOf({ status, bytes, json, headers }: OciAnswer): readonly [status: number, ...codes: string[]] {
  if (bytes.length === 0) return [status];
  expect(headers['content-type']).toMatch(/^application\/json/);
  const { errors } = json as { readonly errors: readonly { readonly code: string; readonly message: string }[] };
  for (const { message } of errors) expect(message).toMatch(/\w/);
  return [status, ...errors.map(({ code }) => code)];
}

/** Where the next page is; undefined on the last. */
export function nextOf({ headers }: OciAnswer): string | undefined {
  const link = headers['link'];
  return link === undefined ? undefined : (/^<(\/[^>]+)>; rel="next"$/.exec(String(link))?.[1] ?? String(link));
}
