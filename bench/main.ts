// `npm run bench`; see bench/README.md.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shutdown } from '../src/boot/shutdown.js';
import { findProgram } from '../src/config/programs.js';
import { openDatabase } from './bench-database.js';
import { readOptions, type Section } from './options.js';
import { publish, reportOf, type Finding } from './report.js';
import { catalog } from './sections/catalog.js';
import { crowd } from './sections/crowd.js';
import { firstLogin } from './sections/first-login.js';
import { logins } from './sections/logins.js';
import { queue } from './sections/queue.js';
import { reads } from './sections/reads.js';
import { replication } from './sections/replication.js';
import type { Stage } from './sections/stage.js';
import { addWebhooks, openFloor, openTable, type Table } from './sections/tables.js';
import { transfers } from './sections/transfers.js';
import { webhookLoad } from './sections/webhook-load.js';
import { webhookOutage } from './sections/webhook-outage.js';
import { webhooks } from './sections/webhooks.js';
import { writes } from './sections/writes.js';

const CLOSE_LIMIT_MS = 20_000;

const shutdown = new Shutdown();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void shutdown.end(1));
process.once('disconnect', () => void shutdown.end(1));

try {
  await bench();
  await shutdown.end(0);
} catch (error) {
  if (!shutdown.isEnding) console.error(error);
  await shutdown.end(1);
}

async function bench(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const [before = 0] = loadavg();
  const root = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  const atEnd: Stage['atEnd'] = (what, close) => shutdown.add(what, CLOSE_LIMIT_MS, close);
  atEnd('the folder', () => rm(root, { recursive: true, force: true }));
  const database = await openDatabase(root);
  atEnd('PostgreSQL', database.stop);
  const stage: Stage = {
    options,
    database,
    atEnd,
    async folder(name) {
      const folder = join(root, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
  };
  const findings: Finding[] = [];
  const add = async (section: Section, work: () => Promise<readonly Finding[]>) => {
    if (!options.sections.includes(section)) return;
    console.log(`${new Date().toISOString()} ${section}`);
    findings.push(...(await work()));
  };
  await controlPlane(stage, add);
  await add('crowd', () => crowd(stage));
  await add('queue', () => queue(stage));
  await add('first-login', () => firstLogin(stage));
  await add('logins', () => logins(stage));
  await add('catalog', () => catalog(stage));
  await add('transfers', () => transfers(stage));
  await add('webhooks', () => webhooks(stage));
  await add('webhook-load', () => webhookLoad(stage));
  await add('webhook-outage', () => webhookOutage(stage));
  await add('replication', () => replication(stage));
  const report = reportOf(findings, options, { loadGenerator: findProgram(['wrk']) ? 'wrk' : 'its own', before });
  console.log(`\n${report}\n`);
  await publish(report, options);
}

/** The sections that work on large tables, which take a while to fill. */
async function controlPlane(
  stage: Stage,
  add: (section: Section, work: () => Promise<readonly Finding[]>) => Promise<void>,
): Promise<void> {
  const { sections, tableSizes } = stage.options;
  const isRead = sections.includes('reads');
  if (!isRead && !sections.includes('writes')) return;
  console.log(`${new Date().toISOString()} filling the tables`);
  const [, mainSize] = tableSizes;
  const tables: Table[] = [];
  for (const rows of tableSizes) if (isRead || rows === mainSize) tables.push(await openTable(stage, rows));
  const main = tables.find(({ rows }) => rows === mainSize)!;
  await addWebhooks(main);
  const floor = await openFloor(stage, main);
  await add('reads', () => reads(stage, tables, main, floor));
  await add('writes', () => writes(stage, main, floor));
}
