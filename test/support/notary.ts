import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Outcome {
  readonly code: number;
  /** What it said, on both streams. */
  readonly text: string;
}

/** One user of the client `notary`, with keys of its own. */
export interface Notary {
  readonly folder: string;
  run(...args: string[]): Promise<Outcome>;
  /** @throws when it fails. */
  done(...args: string[]): Promise<void>;
  close(): Promise<void>;
}

const PASSPHRASE = 'a passphrase of tests';

export function hasNotary(): boolean {
  try {
    execFileSync('notary', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @param credentials `user:password`; none when it is nobody. */
export async function notary(server: string, caFile: string, credentials?: string): Promise<Notary> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-notary-'));
  await mkdir(join(folder, 'trust'));
  const config = join(folder, 'config.json');
  const remote = { url: `https://${server}`, root_ca: caFile };
  await writeFile(config, JSON.stringify({ trust_dir: join(folder, 'trust'), remote_server: remote }));
  const passphrases = ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((name) => [
    `NOTARY_${name}_PASSPHRASE`,
    PASSPHRASE,
  ]);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TMPDIR: folder,
    ...Object.fromEntries(passphrases),
    ...(credentials === undefined ? {} : { NOTARY_AUTH: Buffer.from(credentials).toString('base64') }),
  };
  const run = (...args: string[]) =>
    new Promise<Outcome>((resolve) =>
      execFile('notary', ['-c', config, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, text: stdout + stderr }),
      ).stdin?.end('yes\n'),
    );
  return {
    folder,
    run,
    async done(...args) {
      const { code, text } = await run(...args);
      if (code !== 0) throw new Error(`notary ${args.join(' ')} ended with ${code}: ${text}`);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
