import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import { expect, onTestFinished, vi } from 'vitest';
import type { DataPlane } from '../../src/data-plane/data-plane.js';
import type { EngineRecord } from '../../src/data-plane/process/engine-records.js';
import { ProcessDataPlane } from '../../src/data-plane/process/process-data-plane.js';
import type { ProcessDataPlaneOptions } from '../../src/data-plane/process/process-data-plane.js';
import { ManualSchedule } from './manual-schedule.js';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-engines-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A driver over its own folder (or a shared one), ended with the test; `logged` holds its lines. */
export async function openDataPlane(options: Partial<ProcessDataPlaneOptions> = {}) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const time = new ManualSchedule();
  const logged: object[] = [];
  const log = (fields: object) => void logged.push(fields);
  const dataPlane = new ProcessDataPlane({
    dataDir,
    enginePath: '',
    engineIdleSeconds: 60,
    logger: { debug: () => undefined, warn: log, error: log },
    schedule: time.schedule,
    ...options,
  });
  onTestFinished(() => dataPlane.close());
  return { dataPlane, dataDir, time, logged };
}

/** What the driver wrote down about running engines. */
export async function enginesOf(dataDir: string): Promise<readonly EngineRecord[]> {
  const folder = join(dataDir, 'engines');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as EngineRecord));
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly location: string;
}

/** One request over one lease, as the edge makes it. */
export async function ask(
  dataPlane: DataPlane,
  instance: string,
  request: Pick<Dispatcher.RequestOptions, 'method' | 'path' | 'body' | 'headers'>,
): Promise<Answer> {
  const lease = await dataPlane.acquire(instance);
  const client = new Client('http://engine', { socketPath: lease.socketPath });
  try {
    const { statusCode, headers, body } = await client.request(request);
    return {
      status: statusCode,
      body: Buffer.from(await body.arrayBuffer()),
      location: String(headers['location'] ?? ''),
    };
  } finally {
    await client.close();
    lease.release();
  }
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Pushes a random blob and a manifest that names it; answers both. */
export async function pushImage(dataPlane: DataPlane, instance: string, blobBytes = 64 * 1024) {
  const blob = randomBytes(blobBytes);
  const begun = await ask(dataPlane, instance, { method: 'POST', path: '/v2/team/app/blobs/uploads/' });
  const upload = `${begun.location}${begun.location.includes('?') ? '&' : '?'}digest=${digestOf(blob)}`;
  const stored = await ask(dataPlane, instance, { method: 'PUT', path: upload, body: blob });
  const descriptor = { digest: digestOf(blob), size: blob.length };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...descriptor },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...descriptor }],
    }),
  );
  const tagged = await ask(dataPlane, instance, {
    method: 'PUT',
    path: '/v2/team/app/manifests/v1',
    body: manifest,
    headers: { 'content-type': MANIFEST_TYPE },
  });
  return { blob, manifest, statuses: [begun.status, stored.status, tagged.status] };
}

export function pullManifest(dataPlane: DataPlane, instance: string): Promise<Answer> {
  return ask(dataPlane, instance, {
    method: 'GET',
    path: '/v2/team/app/manifests/v1',
    headers: { accept: MANIFEST_TYPE },
  });
}

export const NAME = 'registry-1';
/** What an engine says to `GET /v2/`. */
export const READY: Answer = { status: 200, body: Buffer.from('{}'), location: '' };
/** How long a test waits for what must come. */
export const BOUND = { timeout: 10_000, interval: 5 };

/** As `openDataPlane`, with the instance NAME in it. */
export async function openWithInstance(options: Partial<ProcessDataPlaneOptions> = {}) {
  const open = await openDataPlane(options);
  await open.dataPlane.ensure({ name: NAME, readOnly: false });
  return open;
}

export function untilNoEngine(dataDir: string): Promise<void> {
  return vi.waitFor(async () => expect(await enginesOf(dataDir)).toEqual([]), BOUND);
}
