import { DataSource } from 'typeorm';
import { listRepositoryNames } from '../../src/content/content-lists.repository.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Database } from '../../src/database/database.js';
import { withClient } from '../bench-database.js';
import { measure, type Target } from '../load/measure.js';
import type { Finding } from '../report.js';
import { interleaved } from '../rounds.js';
import { fillRepositories } from '../rows.repository.js';
import type { Service } from '../service.js';
import { median, pairedRatio, quantile } from '../statistics.js';
import { openRegistryService, readyRegistry } from './registry-service.js';
import type { Stage } from './stage.js';

const SIZES = { few: 1_000, many: 100_000 } as const;
const PAGE = 100;
const STATEMENTS = 2_000;
const FLATNESS_AIM = 1.3;
const STATEMENT_AIM_MS = 1;
const NAME = 'catalog';

/** Pages of the catalogue that begin anywhere, of a registry with few repositories and of one with many. */
export async function catalog(stage: Stage): Promise<readonly Finding[]> {
  const { options } = stage;
  const service = await openRegistryService(stage, NAME);
  const databaseUrl = stage.database.urlOf(NAME);
  const few = await filled(service, databaseUrl, SIZES.few);
  const many = await filled(service, databaseUrl, SIZES.many);
  const targets = { few: few.target, many: many.target };
  const names = ['few', 'many'] as const;
  const samples = await interleaved(names, options, (name) => measure(targets[name], options));
  const perSecond = (name: (typeof names)[number]) => samples[name].map((sample) => sample.perSecond);
  const ratio = pairedRatio(perSecond('few'), perSecond('many'));
  const times = await statementTimes(databaseUrl, many.id);
  const p50 = median(times);
  return [
    {
      what: `\`/v2/_catalog\`, a page of ${PAGE} of ${SIZES.many.toLocaleString('en')}, against one of ${SIZES.few.toLocaleString('en')}: time of a request`,
      measured: `${median(perSecond('many')).toFixed(0)}/s, ${median(samples.many.map((sample) => sample.cpuMicros)).toFixed(0)} µs CPU of the service`,
      floor: `${median(perSecond('few')).toFixed(0)}/s`,
      ratio,
      aim: { text: `≤ ${FLATNESS_AIM}`, isMet: ratio <= FLATNESS_AIM },
    },
    {
      what: `\`/v2/_catalog\`, a page of ${PAGE} of ${SIZES.many.toLocaleString('en')}: its statement, sent and answered`,
      measured: `p50 ${p50.toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`,
      aim: { text: `p50 ≤ ${STATEMENT_AIM_MS} ms`, isMet: p50 <= STATEMENT_AIM_MS },
    },
  ];
}

/** A registry with that many repositories, and who reads its catalogue. */
async function filled(service: Service, databaseUrl: string, size: number): Promise<{ id: string; target: Target }> {
  const name = `catalog${size}`;
  const { host, headers } = await readyRegistry(service, name, 'registry:catalog:*');
  const id = await withClient(databaseUrl, (client) => fillRepositories(client, name, size));
  const url = `https://${host}/v2/_catalog?n=${PAGE}&last=team/r{n}`;
  const numbers = { randomBelow: size - PAGE };
  return { id, target: { pid: service.pid, nextLoad: () => ({ method: 'GET', url, headers, numbers }) } };
}

/** One after the other, over one connection, as the service sends them. */
async function statementTimes(databaseUrl: string, registryId: string): Promise<readonly number[]> {
  const source = new DataSource(dataSourceOptions({ databaseUrl, databasePoolSize: 1 }));
  await source.initialize();
  try {
    const database = new Database(source);
    const times: number[] = [];
    for (let run = 0; run < STATEMENTS; run++) {
      const last = `team/r${String((run * 7_919) % (SIZES.many - PAGE)).padStart(7, '0')}`;
      const begunAt = performance.now();
      await listRepositoryNames(database, registryId, { last, count: PAGE + 1 });
      times.push(performance.now() - begunAt);
    }
    return times;
  } finally {
    await source.destroy();
  }
}
