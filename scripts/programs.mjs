import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.mjs';
import { capture } from './run.mjs';

/** Programs that npm cannot bring: any of `names` will do, and `debian` is the package that has it. */
export const ENGINE = {
  names: ['docker-registry', 'registry'],
  debian: 'docker-registry',
  elsewhere: 'install CNCF distribution (https://distribution.github.io/distribution/) or set BERTH_ENGINE_PATH',
};
export const SKOPEO = { names: ['skopeo'], debian: 'skopeo', elsewhere: 'brew install skopeo' };
export const WRK = { names: ['wrk'], debian: 'wrk', elsewhere: 'install it, or do without' };
export const UMOCI = { names: ['umoci'], debian: 'umoci', elsewhere: 'install it from https://umo.ci' };
export const NOTARY = {
  names: ['notary'],
  debian: 'notary',
  elsewhere: 'install it from https://github.com/notaryproject/notary',
};
export const AZ = {
  names: ['az'],
  debian: 'azure-cli',
  elsewhere: 'install it from https://learn.microsoft.com/cli/azure/install-azure-cli',
};

const APT_OPTIONS = ['-qq', '-o', 'DPkg::Lock::Timeout=300'];
/** Packages may not start services of their own: only the programs are wanted. */
const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' };

/** Makes sure of every program: as root on Debian or Ubuntu by installing its package, elsewhere by saying what to do. */
export async function ensurePrograms(programs) {
  const missing = programs.filter(({ names }) => !names.some(isOnPath));
  if (missing.length === 0) return 'present';
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) throw new Problem(missing.map(howTo).join('\n'));
  const packages = missing.map(({ debian }) => debian);
  process.stdout.write(`  installing ${packages.join(', ')} from the distribution's packages\n`);
  await apt(['update']);
  await apt(['install', '-y', '--no-install-recommends', ...packages]);
  const absent = missing.filter(({ names }) => !names.some(isOnPath));
  if (absent.length > 0) throw new Problem(absent.map(howTo).join('\n'));
  return `installed ${packages.join(', ')}`;
}

/** The same for programs that can be done without. Never fails: answers `without`, and why, when they are not there. */
export async function tryPrograms(programs, without) {
  try {
    return await ensurePrograms(programs);
  } catch (error) {
    return `${without}: ${error.message}`;
  }
}

/** What to tell whoever lacks a program, in one line. */
export function howTo({ names, debian, elsewhere }) {
  return `${names.join(' or ')} was not found on PATH. Debian or Ubuntu: sudo apt-get install -y --no-install-recommends ${debian}; elsewhere: ${elsewhere}.`;
}

async function apt(args) {
  const { code, output } = await capture('apt-get', [...APT_OPTIONS, ...args], { env: { ...process.env, ...APT_ENV } });
  if (code !== 0) throw new Problem(`apt-get ${args.join(' ')} failed:\n${output.trim()}`);
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder || '.', name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
