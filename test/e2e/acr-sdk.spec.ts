import { randomUUID } from 'node:crypto';
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { Secret } from '../../src/secrets/secret.js';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { randomImage, sha256 } from '../support/oci-client.js';

const AUDIENCE = 'https://containerregistry.azure.net';
let edge: Edge;
let given: GivenRegistry;
let client: ContainerRegistryClient;

beforeAll(async () => {
  edge = await openEdge();
  // The SDK goes by the time of the machine.
  edge.clock.pass((Date.now() - edge.clock.now().getTime()) / 1000);
  given = await edge.registry();
  const tenantId = randomUUID();
  const subscriptions = edge.get(Subscriptions);
  await subscriptions.createTenant(edge.database, { id: tenantId, displayName: 'One' });
  const subscription = { id: given.registry.subscriptionId, tenantId, displayName: 'First' };
  await subscriptions.createSubscription(edge.database, subscription);
  const owner = await edge.get(ServicePrincipals).create(edge.database, {
    tenantId,
    displayName: 'An application',
    isOperator: true,
    secret: new Secret(`secret of ${randomUUID()}`),
  });
  const token = await accessToken(tenantId, owner);
  credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_000_000 }) };
  client = new ContainerRegistryClient(`https://${given.loginServer}`, credential, options());
});

afterAll(async () => {
  await edge?.close();
});

let credential: { getToken(): Promise<{ token: string; expiresOnTimestamp: number }> };

function options() {
  return { audience: AUDIENCE, tlsOptions: { ca: edge.ca }, retryOptions: { maxRetries: 0 } };
}

/** As the local issuer signs it. */
async function accessToken(tenantId: string, { appId, objectId }: { appId: string; objectId: string }) {
  const key = await edge.get(SigningKeys).current('arm');
  const now = Math.floor(edge.clock.now().getTime() / 1000);
  return new SignJWT({ tid: tenantId, oid: objectId, appid: appId, idtyp: 'app', ver: '1.0' })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer('https://localhost:5080/adfs')
    .setAudience(AUDIENCE)
    .setSubject(appId)
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(key.privateKey);
}

const contentOf = (repository: string) =>
  new ContainerRegistryContentClient(`https://${given.loginServer}`, repository, credential, options());

async function push(repository: string, ...tags: string[]): Promise<string> {
  edge.clock.pass(1);
  const content = contentOf(repository);
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect(await content.uploadBlob(blob)).toMatchObject({ digest: sha256(blob) });
  for (const tag of tags) expect((await content.setManifest(manifest, { tag })).digest).toBe(sha256(manifest));
  return sha256(manifest);
}

async function all<T>(found: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of found) items.push(item);
  return items;
}

describe('the client of content', () => {
  test('pushes, pulls and deletes blobs and manifests', async () => {
    const content = contentOf('content');
    const { blobs, manifest } = randomImage(300_000);
    for (const blob of blobs) await content.uploadBlob(blob);
    const { digest } = await content.setManifest(manifest, { tag: 'v1' });
    expect((await content.getManifest('v1')).digest).toBe(digest);
    const pulled = await content.downloadBlob(sha256(blobs[1]));
    const pieces = await all(pulled.content as AsyncIterable<Buffer>);
    expect(Buffer.concat(pieces).equals(blobs[1])).toBe(true);
    await content.deleteBlob(sha256(blobs[1]));
    await expect(content.downloadBlob(sha256(blobs[1]))).rejects.toMatchObject({ statusCode: 404 });
    await content.deleteManifest(digest);
    await expect(content.getManifest('v1')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('the client of registries', () => {
  test('lists repositories in pages', async () => {
    for (const name of ['list/a', 'list/b', 'list/c']) await push(name, 'v1');
    const names = await all(client.listRepositoryNames());
    expect(names).toEqual(expect.arrayContaining(['list/a', 'list/b', 'list/c']));
    const pages = await all(client.listRepositoryNames().byPage({ maxPageSize: 1 }));
    expect(pages.map((page) => [...page])).toEqual(names.map((name) => [name]));
  });

  test('reads, changes and deletes a repository', async () => {
    const digest = await push('life', 'v1', 'v2');
    const repository = client.getRepository('life');
    expect(await repository.getProperties()).toMatchObject({
      registryLoginServer: given.loginServer,
      name: 'life',
      manifestCount: 1,
      tagCount: 2,
      canDelete: true,
      createdOn: expect.any(Date) as Date,
    });
    expect(await repository.updateProperties({ canDelete: false })).toMatchObject({ canDelete: false, canWrite: true });
    await expect(client.deleteRepository('life')).rejects.toMatchObject({ statusCode: 405 });
    await repository.updateProperties({ canDelete: true });
    await repository.delete();
    await expect(repository.getProperties()).rejects.toMatchObject({ statusCode: 404 });
    await expect(client.getArtifact('life', digest).getManifestProperties()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('reads and changes manifests, in each order', async () => {
    const digests = [await push('manifests', 'v1'), await push('manifests', 'v2'), await push('manifests', 'v3')];
    const repository = client.getRepository('manifests');
    const listed = async (order: 'LastUpdatedOnAscending' | 'LastUpdatedOnDescending') =>
      (await all(repository.listManifestProperties({ order }))).map(({ digest }) => digest);
    expect(await listed('LastUpdatedOnAscending')).toEqual(digests);
    expect(await listed('LastUpdatedOnDescending')).toEqual(digests.toReversed());
    const paged = await all(repository.listManifestProperties().byPage({ maxPageSize: 2 }));
    expect(paged.map((page) => page.length)).toEqual([2, 1]);
    const artifact = client.getArtifact('manifests', 'v1');
    expect(await artifact.getManifestProperties()).toMatchObject({
      digest: digests[0],
      architecture: 'amd64',
      operatingSystem: 'linux',
      tags: ['v1'],
      sizeInBytes: expect.any(Number) as number,
    });
    expect(await artifact.updateManifestProperties({ canRead: false })).toMatchObject({ canRead: false });
    await expect(contentOf('manifests').getManifest('v1')).rejects.toMatchObject({ statusCode: 405 });
  });

  test('reads, changes and deletes tags', async () => {
    const digest = await push('tags', 'v1');
    await push('tags', 'v2');
    const artifact = client.getArtifact('tags', digest);
    expect(await artifact.getTagProperties('v1')).toMatchObject({ name: 'v1', digest, canWrite: true });
    expect((await all(artifact.listTagProperties())).map(({ name }) => name)).toEqual(['v1', 'v2']);
    expect(await artifact.updateTagProperties('v1', { canWrite: false })).toMatchObject({ canWrite: false });
    await expect(artifact.deleteTag('v1')).rejects.toMatchObject({ statusCode: 405 });
    await artifact.updateTagProperties('v1', { canWrite: true });
    await artifact.deleteTag('v1');
    await expect(artifact.getTagProperties('v1')).rejects.toMatchObject({ statusCode: 404 });
    await artifact.delete();
    await expect(artifact.getManifestProperties()).rejects.toMatchObject({ statusCode: 404 });
  });
});
