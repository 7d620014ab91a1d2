import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '../support/until.js';

interface Lock {
  readonly packages: Readonly<Record<string, object>>;
}
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
}

/** The scripts are plain JavaScript, which has to run before anything is installed; these are the shapes that they take. */
const scripts = {
  install: (await script('install')) as { isInstalled: (lock?: Lock, record?: Lock) => boolean },
  tally: (await script('tally')) as { tally: (report: Report | undefined, exitCode: number) => object },
  lock: (await script('lock')) as { withLock: <T>(file: string, work: () => Promise<T>) => Promise<T> },
  programs: (await script('programs')) as {
    howTo: (program: object) => string;
    ensurePrograms: (programs: readonly object[]) => Promise<string>;
    tryPrograms: (programs: readonly object[], without: string) => Promise<string>;
    ENGINE: object;
  },
};

function script(name: string): Promise<unknown> {
  return import(new URL(`../../scripts/${name}.mjs`, import.meta.url).href);
}

describe('dependencies', () => {
  const { isInstalled } = scripts.install;
  const entry = (version: string, more: object = {}) => ({ version, integrity: `sha512-${version}`, ...more });
  const lock = {
    packages: { '': {}, 'node_modules/a': entry('1'), 'node_modules/mac': entry('2', { optional: true }) },
  };

  it('are installed when npm recorded what the lock file asks for, other platforms aside', () => {
    expect(isInstalled(lock, { packages: { 'node_modules/a': entry('1') } })).toBe(true);
    expect(isInstalled(lock, { packages: { 'node_modules/a': entry('1'), 'node_modules/mac': entry('2') } })).toBe(
      true,
    );
  });

  it('are installed again when one is missing, different or too many, and when npm never came to its end', () => {
    expect(isInstalled(lock, { packages: {} })).toBe(false);
    expect(isInstalled(lock, { packages: { 'node_modules/a': entry('3') } })).toBe(false);
    expect(isInstalled(lock, { packages: { 'node_modules/a': entry('1'), 'node_modules/old': entry('1') } })).toBe(
      false,
    );
    expect(isInstalled(lock, undefined)).toBe(false);
  });
});

describe('the last line of the tests', () => {
  const { tally } = scripts.tally;
  const file = (...states: string[]) => ({
    status: states.includes('passed') && !states.includes('failed') ? 'passed' : 'failed',
    assertionResults: states.filter((state) => state !== 'unloaded').map((status) => ({ status })),
  });

  it('counts failed tests, files that could not be loaded, and errors outside of tests', () => {
    const report = { numPassedTests: 2, numFailedTests: 1, testResults: [file('passed'), file('passed', 'failed')] };
    expect(tally(report, 1)).toEqual({ passed: 2, failed: 1 });
    expect(tally({ ...report, testResults: [...report.testResults, file('unloaded')] }, 1)).toEqual({
      passed: 2,
      failed: 2,
    });
    expect(tally({ numPassedTests: 2, numFailedTests: 0, testResults: [file('passed')] }, 1)).toEqual({
      passed: 2,
      failed: 1,
    });
    expect(tally({ numPassedTests: 2, numFailedTests: 0, testResults: [file('passed')] }, 0)).toEqual({
      passed: 2,
      failed: 0,
    });
    expect(tally(undefined, 137)).toEqual({ passed: 0, failed: 1 });
  });
});

describe('programs', () => {
  const nowhere = { names: ['no-such-program'], debian: 'no-such-package', elsewhere: 'build it' };

  it('that are missing are named in one line, with what to do', () => {
    expect(scripts.programs.howTo(nowhere)).toBe(
      'no-such-program was not found on PATH. Debian or Ubuntu: sudo apt-get install -y --no-install-recommends no-such-package; elsewhere: build it.',
    );
  });

  it('that are present are left alone', async () => {
    expect(await scripts.programs.ensurePrograms([scripts.programs.ENGINE])).toBe('present');
  });

  it('that can be done without are missed aloud by whoever may not install them', async () => {
    const asSomebody = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const { tryPrograms, ENGINE, howTo } = scripts.programs;
    expect(await tryPrograms([nowhere], 'this is left out')).toBe(`this is left out: ${howTo(nowhere)}`);
    expect(await tryPrograms([ENGINE], 'this is left out')).toBe('present');
    asSomebody.mockRestore();
  });
});

describe('the lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'berth-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    const file = join(folder, 'lock');
    await Promise.all([1, 2, 3, 4].map(() => scripts.lock.withLock(file, work)));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken from a holder that was killed', async () => {
    const file = join(folder, 'lock');
    const url = new URL('../../scripts/lock.mjs', import.meta.url).href;
    const code = `const { withLock } = await import(${JSON.stringify(url)});
      await withLock(${JSON.stringify(file)}, () => { console.log('held'); return new Promise((r) => setTimeout(r, 60_000)); });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(holder.stdout, 'data');
    let hasIt = false;
    const waiting = scripts.lock.withLock(file, async () => {
      hasIt = true;
    });
    await until(() => readdirSync(folder).length > 1);
    expect(hasIt).toBe(false);
    holder.kill('SIGKILL');
    await waiting;
    expect(hasIt).toBe(true);
  });

  it('is taken when what it holds is damaged', async () => {
    writeFileSync(join(folder, 'lock'), '{"pid":');
    expect(await scripts.lock.withLock(join(folder, 'lock'), async () => 'done')).toBe('done');
  });
});
