import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The first of `names` among the programs on PATH, as an absolute path. */
export function findProgram(names: readonly string[], searchPath = process.env.PATH ?? ''): string | undefined {
  const folders = searchPath.split(':').filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
