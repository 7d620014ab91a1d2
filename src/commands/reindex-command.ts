import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { Garbage } from '../content/garbage.js';
import { reindex } from '../content/reindex.js';
import { findIndexedRegistry } from '../content/reindex.repository.js';
import type { Tally } from '../content/reindexing.js';
import type { DataPlane } from '../data-plane/data-plane.js';
import { EngineStorage } from '../data-plane/process/engine-storage.js';
import { ProcessDataPlane } from '../data-plane/process/process-data-plane.js';
import { dataSourceOptions } from '../database/data-source.js';
import { Database } from '../database/database.js';
import { runningPostgresUrl } from '../embedded/postgres/running-url.js';
import { reindexedCopies } from '../replications/reindexed-copies.js';
import { Usage } from '../usage/usage.js';
import { SystemClock } from '../work/clock.js';

const CONNECTIONS = 2;
const USAGE = 'Usage: npm run -s berth -- reindex <registry> [--lost <instance>]';
const BETWEEN_LINES_MS = 1_000;

/**
 * Brings the index of a registry up to what its engine has stored, beside a service that runs.
 * @throws Error when there is no such registry, when one of its storages looks as if its disk were not mounted, or nothing that could be asked for it.
 */
export async function reindexRegistry(
  words: readonly string[],
  config: Config,
  say: (line: string) => void,
): Promise<Tally> {
  const options = { lost: { type: 'string', multiple: true } } as const;
  const { positionals, values } = parseArgs({ args: [...words], options, allowPositionals: true });
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(USAGE);
  const source = new DataSource(
    dataSourceOptions({ databaseUrl: await databaseUrlOf(config), databasePoolSize: CONNECTIONS }),
  );
  await source.initialize();
  try {
    const database = new Database(source);
    const registry = await findIndexedRegistry(database, name);
    if (!registry) throw new Error(`There is no registry '${name}'; it is named as in its login server.`);
    if (registry.reindexedTo !== null) say(`goes on where it broke off: ${registry.reindexedTo}`);
    let saidAt = performance.now();
    const [usage, clock] = [new Usage(), new SystemClock()];
    const storageOf = (instanceName: string) => new EngineStorage(config.dataDir, instanceName, config.zoneDir);
    return await reindex(registry, {
      database,
      usage,
      garbage: new Garbage(database, dataPlaneOf(config), usage, clock),
      stored: storageOf(registry.instanceName),
      copies: await reindexedCopies(database, registry.id, storageOf),
      lost: values.lost ?? [],
      now: () => clock.now(),
      onProgress: (phase, last, tally) => {
        if (performance.now() - saidAt < BETWEEN_LINES_MS) return;
        saidAt = performance.now();
        say(`${phase} ${last}: ${wordsOf(tally)}`);
      },
    });
  } finally {
    await source.destroy();
  }
}

/** No engine is started by what is asked of it here. */
function dataPlaneOf({ dataDir, zoneDir, enginePath, engineIdleSeconds }: Config): DataPlane {
  const nothing = () => undefined;
  const logger = { debug: nothing, warn: nothing, error: nothing };
  return new ProcessDataPlane({ dataDir, zoneDir, enginePath, engineIdleSeconds, logger });
}

async function databaseUrlOf({ databaseUrl, dataDir }: Config): Promise<string> {
  const url = databaseUrl || (await runningPostgresUrl(join(dataDir, 'postgres')));
  if (url) return url;
  throw new Error(`The PostgreSQL of ${dataDir} does not run. Run "npm start" and wait for "ready".`);
}

function wordsOf(tally: Tally): string {
  return Object.entries(tally)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
