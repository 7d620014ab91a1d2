import { expect } from 'vitest';
import { registryId } from '../../src/registries/registry-id.js';
import { settle, type ArmAnswer, type ArmAtEdge } from './arm-at-edge.js';
import { MANIFEST_TYPE } from './engines.js';
import { basic, randomImage, sha256, type OciClient } from './oci-client.js';
import type { Edge, GivenRegistry } from './oci-edge.js';
import { asDescriptor, INDEX_TYPE } from './oci-registry.js';

interface Importing {
  readonly edge: () => Edge;
  readonly clientOf: (to: GivenRegistry, authorization: string) => OciClient;
  readonly arm: () => ArmAtEdge;
}

/** Imports as a caller sees them: what is asked for, done, and found afterwards. */
export function importing({ edge, clientOf, arm }: Importing) {
  const client = (to: GivenRegistry) => clientOf(to, basic(to.user, to.password));

  const begin = ({ registry }: GivenRegistry, body: object, by = arm()) =>
    by.send('POST', `${registryId(registry)}/importImage`, body);

  /** Asks for an import and does it; answers what its result says at the end. */
  const imported = async (to: GivenRegistry, body: object): Promise<ArmAnswer> => {
    const begun = await begin(to, body);
    expect(begun).toMatchObject({ status: 202, location: expect.stringContaining('/operationResults/') as string });
    await settle(edge());
    return arm().send('GET', begun.location);
  };

  /** The digest of what is pulled; the status where nothing is. */
  const digestAt = async (to: GivenRegistry, repository: string, reference: string) => {
    const answer = await client(to).send('GET', `/v2/${repository}/manifests/${reference}`, {
      headers: { accept: `${INDEX_TYPE}, ${MANIFEST_TYPE}` },
    });
    return answer.status === 200 ? sha256(answer.bytes) : answer.status;
  };

  return { clientOf: client, begin, imported, digestAt };
}

/** Status, code and message. */
export function refusalOf({ status, body }: ArmAnswer): readonly [number, string, string] {
  const { code, message } = (body as { error: { code: string; message: string } }).error;
  return [status, code, message];
}

/** Pushes an index under each tag, of so many manifests that differ in nothing but an annotation. */
export async function pushIndexes(
  client: OciClient,
  repository: string,
  sizes: Readonly<Record<string, number>>,
): Promise<void> {
  const { blobs } = randomImage();
  for (const blob of blobs) await client.pushBlob(repository, blob);
  const [config, layer] = blobs.map((blob) => ({
    mediaType: 'application/octet-stream',
    digest: sha256(blob),
    size: blob.length,
  }));
  const image = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers: [layer] };
  const parts = Array.from({ length: Math.max(...Object.values(sizes)) }, (_, nth) =>
    Buffer.from(JSON.stringify({ ...image, annotations: { nth: String(nth) } })),
  );
  await Promise.all(parts.map((part) => client.putManifest(repository, sha256(part), part)));
  for (const [tag, size] of Object.entries(sizes)) {
    const manifests = parts.slice(-size).map((part) => asDescriptor({ digest: sha256(part), size: part.length }));
    const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
    const headers = { 'content-type': INDEX_TYPE };
    const { status } = await client.send('PUT', `/v2/${repository}/manifests/${tag}`, { body, headers });
    expect(status).toBe(201);
  }
}
