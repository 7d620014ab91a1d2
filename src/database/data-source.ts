import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import type { Config } from '../config/config.js';
import { loadMigrations } from './migrations.js';
import { SnakeCaseNames } from './naming.js';

/** How TypeORM connects. The schema is only ever changed by migrations. */
export function dataSourceOptions(config: Pick<Config, 'databaseUrl' | 'databasePoolSize'>): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.databaseUrl,
    synchronize: false,
    namingStrategy: new SnakeCaseNames(),
    applicationName: 'berth',
    poolSize: config.databasePoolSize,
    extra: { idleTimeoutMillis: 30_000, pipeline: true },
  };
}

/** Brings the database to the newest schema; safe when several processes start at once. Returns how many migrations ran. */
export async function migrate(config: Pick<Config, 'databaseUrl' | 'databasePoolSize'>): Promise<number> {
  const source = new DataSource({
    ...dataSourceOptions(config),
    poolSize: 2,
    migrations: await loadMigrations(),
  } as DataSourceOptions);
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query(`select pg_advisory_lock(hashtext('berth-migrations'))`);
    return (await source.runMigrations({ transaction: 'each' })).length;
  } finally {
    await lock.release();
    await source.destroy();
  }
}
