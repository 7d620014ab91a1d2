import type { Options } from '../options.js';
import { cpuMicroseconds } from '../process-usage.js';
import { runLoad, type Load, type LoadResult } from './load.js';

/** What is loaded: a server process, and what it is asked. */
export interface Target {
  readonly pid: number;
  /** Made anew for each run, since requests that create something may not come twice. */
  nextLoad(): Load;
  /** Told how many numbers a run has used up. */
  used?(requests: number): void;
}

export interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of the server process for each request. */
  readonly cpuMicros: number;
}

/** Warms a server up and measures it under load. */
export async function measure(target: Target, options: Options): Promise<Sample> {
  await run(target, options.warmUpSeconds);
  const before = await cpuMicroseconds(target.pid);
  const { requests, seconds, p50Ms, p99Ms } = await run(target, options.measuredSeconds);
  const cpuMicros = ((await cpuMicroseconds(target.pid)) - before) / requests;
  return { perSecond: requests / seconds, p50Ms, p99Ms, cpuMicros };
}

async function run(target: Target, seconds: number): Promise<LoadResult> {
  const result = await runLoad(target.nextLoad(), seconds);
  target.used?.(result.requests);
  return result;
}
