import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Bandwidth } from '../../src/copying/bandwidth.js';
import { copyManifest, TooManyManifests, type Copy } from '../../src/copying/copy-manifest.js';
import { digestOf } from '../../src/copying/content-digest.js';
import { SourceFailed } from '../../src/copying/content-source.js';
import { TargetFailed } from '../../src/copying/content-target.js';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import type { EngineSource } from '../../src/copying/engine-source.js';
import type { EngineTarget } from '../../src/copying/engine-target.js';
import { MANIFEST_TYPE, openDataPlane } from '../support/engines.js';
import { until } from '../support/until.js';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const NEVER = new AbortController().signal;

async function twoEngines() {
  const { dataPlane } = await openDataPlane();
  for (const name of ['here', 'there']) await dataPlane.ensure({ name, readOnly: false });
  const leases = { held: 0 };
  const acquire = dataPlane.acquire.bind(dataPlane);
  dataPlane.acquire = async (name) => {
    const lease = await acquire(name);
    leases.held++;
    let isHeld = true;
    return {
      ...lease,
      release: () => {
        if (isHeld) leases.held--;
        isHeld = false;
        lease.release();
      },
    };
  };
  const repositories = new EngineRepositories(dataPlane);
  const source = repositories.source('here', 'team/app');
  const target = repositories.target('there', 'team/app');
  return { repositories, source, target, leases, here: repositories.target('here', 'team/app') };
}

const copyOf = (source: EngineSource, target: EngineTarget, more: Partial<Copy> = {}): Copy => ({
  source,
  target,
  signal: NEVER,
  ...more,
});

async function putBlob(target: EngineTarget, bytes: Buffer) {
  await target.putBlob(digestOf(bytes), { sizeBytes: bytes.length, body: Readable.from([bytes]) }, NEVER);
  return { digest: digestOf(bytes), size: bytes.length };
}

async function putImage(target: EngineTarget, sizes: readonly number[], tag = '') {
  const config = await putBlob(
    target,
    Buffer.from(JSON.stringify({ os: 'linux', id: randomBytes(8).toString('hex') })),
  );
  const layers = [];
  for (const size of sizes) layers.push(await putBlob(target, randomBytes(size)));
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer })),
    }),
  );
  const digest = digestOf(bytes);
  await target.putManifest(tag || digest, { digest, mediaType: MANIFEST_TYPE, bytes }, NEVER);
  return { digest, bytes, blobs: [config, ...layers].map((blob) => blob.digest), size: bytes.length };
}

async function putIndex(target: EngineTarget, children: readonly { digest: string; size: number }[]) {
  const manifests = children.map(({ digest, size }) => ({ mediaType: MANIFEST_TYPE, digest, size }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  const digest = digestOf(bytes);
  await target.putManifest(digest, { digest, mediaType: INDEX_TYPE, bytes }, NEVER);
  return { digest, bytes };
}

test('an index is copied with its manifests and their blobs, children first, and byte for byte', async () => {
  const { repositories, source, target, here, leases } = await twoEngines();
  const images = [await putImage(here, [300_000, 10]), await putImage(here, [5])];
  const index = await putIndex(here, images);
  const [found, copied]: [string[], string[]] = [[], []];
  let bytesRead = 0;
  const answer = await copyManifest(
    copyOf(source, target, {
      watch: {
        found: ({ digest }) => void found.push(digest),
        copied: ({ digest }) => void copied.push(digest),
        read: (bytes) => void (bytesRead += bytes),
      },
    }),
    index.digest,
  );
  const [one, two] = images.map(({ digest }) => digest);
  expect(answer).toEqual({ digest: index.digest, mediaType: INDEX_TYPE, bytes: index.bytes });
  expect({ found, copied }).toEqual({ found: [index.digest, one, two], copied: [one, two, index.digest] });
  expect(bytesRead).toBeGreaterThan(300_015);
  const copy = repositories.source('there', 'team/app');
  for (const { digest, bytes, blobs } of images) {
    expect(await copy.manifest(digest, NEVER)).toEqual({ digest, mediaType: MANIFEST_TYPE, bytes });
    for (const blob of blobs) {
      const read = await copy.blob(blob, NEVER);
      expect(digestOf(Buffer.concat((await read!.body.toArray()) as Buffer[]))).toBe(blob);
    }
  }
  await until(() => leases.held === 0);
});

test('what the target has is not read again, and a blob that another repository has is mounted', async () => {
  const { repositories, source, target, here } = await twoEngines();
  const image = await putImage(here, [100_000]);
  const reads: number[] = [];
  const watch = { read: (bytes: number) => void reads.push(bytes) };
  await copyManifest(copyOf(source, target, { watch }), image.digest);
  expect(reads.length).toBeGreaterThan(0);
  reads.length = 0;
  await copyManifest(copyOf(source, target, { watch }), image.digest);
  const other = repositories.target('there', 'team/other');
  const mountFrom = async () => ['team/nothing', 'team/app'];
  await copyManifest(copyOf(source, other, { watch, mountFrom }), image.digest);
  expect(reads).toEqual([]);
  expect(await other.hasBlob(image.blobs[1]!, NEVER)).toBe(true);
});

test('a manifest that is there is looked into when that is asked for', async () => {
  const { source, target, here } = await twoEngines();
  const image = await putImage(here, [1_000]);
  await copyManifest(copyOf(source, target), image.digest);
  const found: string[] = [];
  const watch = { found: ({ digest }: { digest: string }) => void found.push(digest) };
  await copyManifest(copyOf(source, target, { watch, isThorough: true }), image.digest);
  expect(found).toEqual([image.digest]);
  expect(await copyManifest(copyOf(source, target), `sha256:${'0'.repeat(64)}`)).toBeUndefined();
});

test('a manifest whose blob the source lacks is not put, and neither is one too many', async () => {
  const { source, target, here } = await twoEngines();
  const image = await putImage(here, [1_000]);
  const lacking = Object.assign(Object.create(source) as EngineSource, {
    blob: async (digest: string, signal: AbortSignal) =>
      digest === image.blobs[1] ? undefined : source.blob(digest, signal),
  });
  const reason = `The source does not have the blob ${image.blobs[1]}.`;
  await expect(copyManifest(copyOf(lacking, target), image.digest)).rejects.toThrow(new SourceFailed(reason, false));
  expect(await target.hasManifest(image.digest, NEVER)).toBe(false);
  const index = await putIndex(here, [image, await putImage(here, [2])]);
  const many = copyManifest(copyOf(source, target, { maxManifests: 2 }), index.digest);
  await expect(many).rejects.toThrow(new TooManyManifests(2));
});

test('bytes that are not those of the digest are refused by the target', async () => {
  const { source, target, here } = await twoEngines();
  const image = await putImage(here, [1_000]);
  const other = await putImage(here, [1_000]);
  const wrong = Object.assign(Object.create(source) as EngineSource, {
    blob: (digest: string, signal: AbortSignal) =>
      source.blob(digest === image.blobs[1] ? other.blobs[1]! : digest, signal),
  });
  const failed = copyManifest(copyOf(wrong, target), image.digest);
  await expect(failed).rejects.toThrow(/^The engine answered 400 DIGEST_INVALID to PUT .*uploads/);
  await expect(failed).rejects.toBeInstanceOf(TargetFailed);
});

test('a source that breaks off is told as such, and nothing stays held', async () => {
  const { source, target, here, leases } = await twoEngines();
  const image = await putImage(here, [3_000_000, 3_000_000]);
  const breaking = Object.assign(Object.create(source) as EngineSource, {
    blob: async (digest: string, signal: AbortSignal) => {
      const blob = await source.blob(digest, signal);
      if (digest === image.blobs[2]) blob!.body.once('data', () => blob!.body.destroy(new Error('the cable was cut')));
      return blob;
    },
  });
  const reason = new SourceFailed('The source broke off: the cable was cut', true);
  await expect(copyManifest(copyOf(breaking, target), image.digest)).rejects.toThrow(reason);
  await until(() => leases.held === 0);
  await copyManifest(copyOf(source, target), image.digest);
});

test('a copy that is given up ends soon, and is slowed down by its bandwidth', async () => {
  const { source, target, here, leases } = await twoEngines();
  const image = await putImage(here, [2_000_000]);
  const giveUp = new AbortController();
  let bytesRead = 0;
  const watch = { read: (bytes: number) => void (bytesRead += bytes) };
  const bandwidth = new Bandwidth(200_000);
  const copying = copyManifest(copyOf(source, target, { signal: giveUp.signal, watch, bandwidth }), image.digest);
  await until(() => bytesRead > 100_000);
  const reason = new Error('given up');
  giveUp.abort(reason);
  await expect(copying).rejects.toThrow(reason);
  await until(() => leases.held === 0);
  expect(bytesRead).toBeLessThan(1_000_000);
  expect(await target.hasManifest(image.digest, NEVER)).toBe(false);
});
