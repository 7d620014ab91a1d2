import { readdir } from 'node:fs/promises';
import type { MigrationInterface } from 'typeorm';

type Migration = new () => MigrationInterface;

/** Every migration in `migrations/`, oldest first: compiled ones beside the built service, sources under the tests. */
export async function loadMigrations(): Promise<Migration[]> {
  const folder = new URL('../../migrations/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => /^\d+-[\w-]+\.(js|ts)$/.test(file)).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  return modules.flatMap((module: Record<string, Migration>) => Object.values(module));
}
