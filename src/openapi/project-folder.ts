import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, seen from the sources and from what is built of them. */
export const PROJECT_FOLDER = above(import.meta.dirname);

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder));
}
