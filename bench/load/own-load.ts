import { readFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { Pool } from 'undici';
import { quantile } from '../statistics.js';
import { CONNECTIONS, filledIn, type Load, type LoadResult } from './load.js';

/** The load generator for machines without wrk. It takes more of the CPU than wrk does, so compare ratios alone. */
export async function runOwnLoad(load: Load, seconds: number): Promise<LoadResult> {
  const { origin } = new URL(load.url);
  const path = load.url.slice(origin.length);
  const connect = load.caFile === undefined ? {} : { ca: await readFile(load.caFile, 'utf8') };
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, connect });
  const { numbers } = load;
  let counted = 'from' in numbers ? numbers.from : 0;
  const nextNumber = () => ('from' in numbers ? counted++ : randomInt(numbers.randomBelow));
  const latencies: number[] = [];
  let failures = 0;
  const begunAt = performance.now();
  const deadline = begunAt + seconds * 1000;

  async function connection(): Promise<void> {
    while (performance.now() < deadline) {
      const number = nextNumber();
      const sentAt = performance.now();
      try {
        const { statusCode, body } = await pool.request({
          method: load.method,
          path: filledIn(path, number),
          headers: load.headers,
          ...(load.body === undefined ? {} : { body: filledIn(load.body, number) }),
        });
        await body.dump();
        if (statusCode >= 400) failures++;
      } catch {
        failures++;
      }
      latencies.push(performance.now() - sentAt);
    }
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const took = (performance.now() - begunAt) / 1000;
  await pool.close();
  const [p50Ms, p99Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return { requests: latencies.length, seconds: took, p50Ms, p99Ms, failures };
}
