import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MANIFEST_TYPE } from './engines.js';

const run = promisify(execFile);
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Builds an image with umoci: one layer with one file of random bytes. Answers skopeo's name of it. */
export async function buildImage(folder: string, name: string, fileBytes = 20_000): Promise<string> {
  const layout = join(folder, name);
  const file = `${layout}.bin`;
  await writeFile(file, randomBytes(fileBytes));
  await run('umoci', ['init', '--layout', layout]);
  await run('umoci', ['new', '--image', `${layout}:v1`]);
  await run('umoci', ['insert', '--rootless', '--image', `${layout}:v1`, file, '/data.bin']);
  await run('umoci', ['config', '--image', `${layout}:v1`, '--config.cmd', '/data.bin', '--author', 'berth']);
  return `oci:${layout}:v1`;
}

/** Two images under one index, for amd64 and arm64. */
export async function buildIndex(folder: string, name: string): Promise<string> {
  const layout = join(folder, name);
  const manifests: (Descriptor & { platform: object })[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const part = `${name}-${architecture}`;
    await buildImage(folder, part);
    await cp(join(folder, part), layout, { recursive: true });
    const {
      manifests: [manifest],
    } = await readIndex(join(folder, part));
    if (!manifest) throw new Error(`umoci made no image in ${part}.`);
    manifests.push({ ...manifest, annotations: undefined, platform: { os: 'linux', architecture } } as never);
  }
  const index = await putBlob(layout, INDEX_TYPE, json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  await tag(layout, index);
  return `oci:${layout}:v1`;
}

/** A Helm chart as helm pushes it. The archive's content is of no interest to a registry. */
export async function buildChart(folder: string, name: string): Promise<string> {
  const layout = join(folder, name);
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const chart = json({ name, version: '0.1.0', apiVersion: 'v2', type: 'application' });
  const config = await putBlob(layout, 'application/vnd.cncf.helm.config.v1+json', chart);
  const content = await putBlob(layout, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', randomBytes(3_000));
  const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers: [content] };
  await tag(layout, await putBlob(layout, MANIFEST_TYPE, json(manifest)));
  return `oci:${layout}:v1`;
}

/** Digest of what the layout's tag points at. */
export async function digestOfImage(image: string): Promise<string> {
  const layout = image.replace(/^oci:/, '').replace(/:v1$/, '');
  const { manifests } = await readIndex(layout);
  return manifests[0]?.digest ?? '';
}

async function readIndex(layout: string): Promise<{ manifests: Descriptor[] }> {
  return JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as { manifests: Descriptor[] };
}

async function putBlob(layout: string, mediaType: string, bytes: Buffer): Promise<Descriptor> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hash), bytes);
  return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
}

async function tag(layout: string, descriptor: Descriptor): Promise<void> {
  const named = { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': 'v1' } };
  await writeFile(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [named] }));
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
