/// <reference types="vite/client" />
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { loadMigrations } from '../../src/database/migrations.js';
import { testDatabase } from '../support/database.js';

const modules = import.meta.glob<Record<string, unknown>>('../../src/**/*.entity.ts', { eager: true });
const entities = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .filter((exported): exported is new () => object => typeof exported === 'function');

describe('the migrations', () => {
  it('bring an empty database to exactly what the entities say', async () => {
    const empty = await testDatabase('empty');
    const config = { databaseUrl: empty.url, databasePoolSize: 2 };
    const count = (await loadMigrations()).length;
    expect(await migrate(config)).toBe(count);
    expect(await migrate(config)).toBe(0);

    const source = new DataSource({ ...dataSourceOptions(config), entities });
    await source.initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
      await empty.dispose();
    }
  });

  it('run once when several processes start at the same time', async () => {
    const empty = await testDatabase('empty');
    const config = { databaseUrl: empty.url, databasePoolSize: 2 };
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(config)));
    expect(ran.toSorted((one, other) => one - other)).toEqual([0, 0, 0, (await loadMigrations()).length]);
    await empty.dispose();
  });

  it('say in which order they run, each with a name of its own', async () => {
    const names = (await loadMigrations()).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z]\w+\d{13}$/);
  });
});
