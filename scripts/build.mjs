import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, NODE_26 } from './paths.mjs';
import { Problem } from './problem.mjs';
import { capture, toolEnv } from './run.mjs';

const SOURCES = ['src', 'migrations', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];
/** Removed by the build together with everything else in dist, and written after it. */
const STAMP = inRoot('dist/.built');

/** Builds dist when a source has changed since the last complete build. */
export async function build() {
  const wanted = sourceHash();
  if (readIfAny(STAMP) === wanted) return 'unchanged';
  const nest = inRoot('node_modules/@nestjs/cli/bin/nest.js');
  const { code, output } = await capture(NODE_26, [nest, 'build'], { env: toolEnv() });
  if (code !== 0) throw new Problem(`The build failed:\n${output.trim()}`);
  writeFileSync(STAMP, wanted);
  return 'built';
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap(filesBelow)) hash.update(`${path}\0`).update(readFileSync(inRoot(path)));
  return hash.digest('hex');
}

function filesBelow(path) {
  let entries;
  try {
    entries = readdirSync(inRoot(path), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .map((entry) => ({ entry, path: join(path, entry.name) }))
    .filter(({ path: name }) => !name.endsWith('.spec.ts'))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .flatMap(({ entry, path: name }) => (entry.isDirectory() ? filesBelow(name) : [name]));
}

function readIfAny(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
