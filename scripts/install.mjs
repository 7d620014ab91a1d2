import { existsSync, readFileSync } from 'node:fs';
import { NODE_26, inRoot } from './paths.mjs';
import { Problem } from './problem.mjs';
import { capture } from './run.mjs';

const INSTALL = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
const LAST_LINES = 25;

/** Installs the locked dependencies unless they are installed. No package's install script is run. */
export async function install() {
  if (isInstalled(readJson('package-lock.json'), readJson('node_modules/.package-lock.json')) && existsSync(NODE_26))
    return 'unchanged';
  process.stdout.write('  installing the locked dependencies; this takes about a minute\n');
  const { code, output } = await capture('npm', INSTALL);
  if (code !== 0) throw new Problem(`npm ${INSTALL.join(' ')} failed:\n${lastLines(output)}`);
  if (!existsSync(NODE_26))
    throw new Problem(
      `No Node 26 is packaged for ${process.platform}-${process.arch}; Linux and macOS on x64 and arm64 are supported. ` +
        'If this machine is one of them, the download failed: check the network and run the command again.',
    );
  return 'installed';
}

/**
 * Whether what npm recorded last, at the very end of an installation, is what the lock file asks for. Optional packages
 * of other platforms are never installed.
 */
export function isInstalled(lock, record) {
  if (!lock || !record) return false;
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  return (
    wanted.every(([path, entry]) => {
      const installed = record.packages[path];
      return installed ? isSame(installed, entry) : Boolean(entry.optional || entry.devOptional);
    }) && Object.keys(record.packages).every((path) => path in lock.packages)
  );
}

function isSame(one, other) {
  return one.version === other.version && one.integrity === other.integrity;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(inRoot(path), 'utf8'));
  } catch {
    return undefined;
  }
}

function lastLines(text) {
  return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
