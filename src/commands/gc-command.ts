import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { findRegistryByName } from '../content/garbage-collections.repository.js';
import { GarbageCollector, type Collected } from '../content/garbage-collector.js';
import { ProcessDataPlane } from '../data-plane/process/process-data-plane.js';
import { dataSourceOptions } from '../database/data-source.js';
import { Database } from '../database/database.js';
import { runningPostgresUrl } from '../embedded/postgres/running-url.js';
import { Usage } from '../usage/usage.js';
import { SystemClock } from '../work/clock.js';

const CONNECTIONS = 2;
const USAGE = 'Usage: npm run -s berth -- gc <registry> [--grace-hours <hours>]';

/**
 * Removes from a registry what nothing refers to, beside a service that runs; with the grace period of the settings unless
 * told otherwise.
 * @throws Error when there is no such registry, or its index does not say all that it has.
 */
export async function collectGarbage(words: readonly string[], config: Config): Promise<Collected> {
  const { name, graceSeconds } = read(words);
  const source = new DataSource(
    dataSourceOptions({ databaseUrl: await databaseUrlOf(config), databasePoolSize: CONNECTIONS }),
  );
  await source.initialize();
  try {
    const database = new Database(source);
    const registry = await findRegistryByName(database, name);
    if (!registry) throw new Error(`There is no registry '${name}'; it is named as in its login server.`);
    if (!registry.isIndexed)
      throw new Error(
        `What '${registry.name}' stored before there was an index is not known. Run "npm run -s berth -- reindex ${registry.name}" first.`,
      );
    const { dataDir, zoneDir, enginePath, engineIdleSeconds } = config;
    const nothing = () => undefined;
    const logger = { debug: nothing, warn: nothing, error: nothing };
    const dataPlane = new ProcessDataPlane({ dataDir, zoneDir, enginePath, engineIdleSeconds, logger });
    const collector = new GarbageCollector(config, database, dataPlane, new Usage(), new SystemClock());
    return await collector.collect(registry, graceSeconds === undefined ? {} : { graceSeconds });
  } finally {
    await source.destroy();
  }
}

function read(words: readonly string[]): { readonly name: string; readonly graceSeconds: number | undefined } {
  const options = { 'grace-hours': { type: 'string' } } as const;
  const { positionals, values } = parseArgs({ args: [...words], options, allowPositionals: true });
  const [name, ...rest] = positionals;
  const hours = values['grace-hours'];
  if (name === undefined || rest.length > 0) throw new Error(USAGE);
  if (hours !== undefined && !/^\d{1,6}$/.test(hours))
    throw new Error(`--grace-hours is ${hours}, which is no number of hours. ${USAGE}`);
  return { name, graceSeconds: hours === undefined ? undefined : Number(hours) * 3_600 };
}

async function databaseUrlOf({ databaseUrl, dataDir }: Config): Promise<string> {
  const url = databaseUrl || (await runningPostgresUrl(join(dataDir, 'postgres')));
  if (url) return url;
  throw new Error(`The PostgreSQL of ${dataDir} does not run. Run "npm start" and wait for "ready".`);
}
