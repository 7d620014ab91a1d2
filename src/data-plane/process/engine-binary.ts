import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAMES_ON_PATH = ['docker-registry', 'registry'] as const;

export interface EngineBinary {
  readonly path: string;
  /** What it says about itself, such as `docker-registry github.com/docker/distribution 2.8.2`. */
  readonly version: string;
}

/** The one line for a machine that has no engine. */
export const ENGINE_NOT_FOUND =
  'No registry engine was found: install CNCF distribution 2.8 (Debian, Ubuntu: apt-get install docker-registry) so that ' +
  'docker-registry or registry is on PATH, or set BERTH_ENGINE_PATH to its program.';

/**
 * The registry engine: `configured` when set, else the first of `docker-registry` and `registry` on PATH that is CNCF
 * distribution. Undefined when there is none.
 */
export async function findEngine(configured: string): Promise<EngineBinary | undefined> {
  for (const name of configured ? [configured] : NAMES_ON_PATH) {
    const path = await findProgram(name);
    const version = path && (await versionOf(path));
    if (path && version) return { path, version };
  }
  return undefined;
}

/** Full path of a program on PATH, or of one given by its path. */
export async function findProgram(name: string): Promise<string | undefined> {
  // The shell knows PATH; the service's own settings do not hold it.
  const found = await run('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', name]).catch(() => undefined);
  const path = found?.stdout.trim();
  return path ? resolve(path) : undefined;
}

/** Undefined when it is some other program of that name, or cannot be run. */
async function versionOf(path: string): Promise<string | undefined> {
  const answer = await run(path, ['--version'], { env: {}, timeout: 10_000 }).catch(() => undefined);
  const text = `${answer?.stdout}${answer?.stderr}`.trim();
  return answer && text.includes('distribution') ? text : undefined;
}
