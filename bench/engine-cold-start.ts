// What an engine of the process driver costs: `node --import ./test/support/typescript-hooks.mjs --expose-gc bench/engine-cold-start.ts`
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ProcessDataPlane } from '../src/data-plane/process/process-data-plane.js';

const COLD_STARTS = 100;
const AT_ONCE = 20;
const WARM_LEASES = 20_000;

const dataDir = await mkdtemp(join(tmpdir(), 'berth-bench-'));
const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined };
const dataPlane = new ProcessDataPlane({ dataDir, enginePath: '', engineIdleSeconds: 300, logger: silent });

async function acquireOf(name: string): Promise<number> {
  const begunAt = performance.now();
  (await dataPlane.acquire(name)).release();
  return performance.now() - begunAt;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;
}

async function heapBytes(): Promise<number> {
  // The connections that asked the engines whether they answer close a moment later.
  await pause(500);
  for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function print(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(48)} ${value.toFixed(1).padStart(8)} ${unit}`);
}

try {
  const names = Array.from({ length: COLD_STARTS + AT_ONCE + 1 }, (_, index) => `bench-${index}`);
  for (const name of names) await dataPlane.ensure({ name, readOnly: false });

  const [first, ...others] = names;
  print('first start, with the search for the engine', await acquireOf(first!), 'ms');

  const starts: number[] = [];
  let heapBefore = 0;
  for (const name of others.slice(0, COLD_STARTS)) {
    // Half way, when all that is made only once has been made.
    if (starts.length === COLD_STARTS / 2) heapBefore = await heapBytes();
    starts.push(await acquireOf(name));
  }
  const heapPerEngine = ((await heapBytes()) - heapBefore) / (COLD_STARTS / 2);
  print('cold start, median', quantile(starts, 0.5), 'ms');
  print('cold start, p90', quantile(starts, 0.9), 'ms');
  print('heap of the service for each engine at rest', heapPerEngine / 1024, 'kB');

  const begunAt = performance.now();
  await Promise.all(others.slice(COLD_STARTS).map(acquireOf));
  print(`${AT_ONCE} cold starts at once, all answering`, performance.now() - begunAt, 'ms');

  const warmAt = performance.now();
  for (let lease = 0; lease < WARM_LEASES; lease++) await acquireOf(first!);
  print('warm acquire and release', ((performance.now() - warmAt) / WARM_LEASES) * 1_000, 'us');
} finally {
  const closingAt = performance.now();
  await dataPlane.close();
  print(`closing ${COLD_STARTS + AT_ONCE + 1} engines`, performance.now() - closingAt, 'ms');
  await rm(dataDir, { recursive: true });
}
