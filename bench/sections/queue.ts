import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { loadConfig } from '../../src/config/config.js';
import { migrate } from '../../src/database/data-source.js';
import { ensureCertificates } from '../../src/embedded/authority/authority.js';
import { createServer } from '../../src/server.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { DONE } from '../../src/work/plan.js';
import type { Finding } from '../report.js';
import { enqueueOperation } from '../rows.repository.js';
import { median, quantile } from '../statistics.js';
import type { Stage } from './stage.js';

const TYPE = 'Bench/nothing';
const AIM_MS = 5;
const RUNS_FOR_EACH = 10;
const START_LIMIT_MS = 10_000;

/** From the commit of an operation, on a connection of its own, to the first step of its plan in the real worker loop. */
export async function queue(stage: Stage): Promise<readonly Finding[]> {
  const databaseUrl = await stage.database.create('queue');
  const config = loadConfig({
    BERTH_DATABASE_URL: databaseUrl,
    BERTH_DATA_DIR: join(await stage.folder('queue'), 'data'),
    BERTH_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BERTH_ROLES: 'worker',
    BERTH_LOG_LEVEL: 'warn',
  });
  await migrate(config);
  const app = await createServer(config, await ensureCertificates(config));
  stage.atEnd('the worker', () => app.close());

  let started: (() => void) | undefined;
  app.useLogger(false);
  app.get(OperationKinds, { strict: false }).register({
    type: TYPE,
    kind: 'Create',
    plan: [
      {
        name: 'starts',
        ensure: () => {
          started?.();
          return Promise.resolve(DONE);
        },
      },
    ],
    scope: () => Promise.resolve({}),
    settle: () => Promise.resolve(),
  });
  await app.init();

  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const delays: number[] = [];
  try {
    for (let run = 0; run < stage.options.runs * RUNS_FOR_EACH; run++) {
      const begun = new Promise<number>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error('The operation was not started.')), START_LIMIT_MS);
        started = () => {
          clearTimeout(limit);
          resolve(performance.now());
        };
      });
      const committedAt = await enqueueOperation(client, randomUUID(), TYPE);
      delays.push((await begun) - committedAt);
    }
  } finally {
    await client.end();
  }
  const p50 = median(delays);
  return [
    {
      what: 'Operation: from its commit to the start of its work',
      measured: `p50 ${p50.toFixed(1)} ms, p99 ${quantile(delays, 0.99).toFixed(1)} ms`,
      aim: { text: `p50 < ${AIM_MS} ms`, isMet: p50 < AIM_MS },
    },
  ];
}
