import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export const inRoot = (...names) => join(ROOT, ...names);

/** The Node that the dependencies bring; the one on PATH may be older. */
export const NODE_26 = inRoot('node_modules/.bin/node');
