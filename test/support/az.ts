import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Service } from './service.js';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The Azure CLI as it was installed, with a configuration of its own that is gone with it. */
export interface Az {
  /** What a command says, read as JSON; undefined when it says nothing. @throws with its errors when it fails. */
  readonly run: (command: string) => Promise<unknown>;
  /** The errors of a command that has to fail. */
  readonly refused: (command: string) => Promise<string>;
  /** A command that goes on while something else is done; `said` has what it has said so far. */
  readonly begin: (command: string) => { readonly ended: Promise<Ended>; readonly said: () => string };
  readonly close: () => Promise<void>;
}

const COMMAND_LIMIT_MS = 60_000;
const NOTHING_BUT_LOOPBACK = { AZURE_CORE_COLLECT_TELEMETRY: 'no', AZURE_CORE_ONLY_SHOW_ERRORS: 'yes' };

/** Whether there is an Azure CLI on PATH. */
export function hasAz(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder || '.', 'az'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Has signed in nowhere, and knows no other cloud than the public ones. `more` is laid over its environment. */
export async function openAz(
  { caFile }: Pick<Service, 'caFile'>,
  more: Readonly<Record<string, string>> = {},
): Promise<Az> {
  const folder = await mkdtemp(join(tmpdir(), 'az-'));
  const env = {
    PATH: process.env['PATH'],
    TMPDIR: folder,
    HOME: folder,
    AZURE_CONFIG_DIR: folder,
    REQUESTS_CA_BUNDLE: caFile,
    ...NOTHING_BUT_LOOPBACK,
    ...more,
  };
  const begin = (command: string) => {
    let said = '';
    const ended = new Promise<Ended>((resolve) => {
      const options = { env, timeout: COMMAND_LIMIT_MS, killSignal: 'SIGKILL' as const };
      const child = execFile('az', command.split(' '), options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
      child.stdin?.end();
      child.stderr?.on('data', (chunk: string) => (said += chunk));
    });
    return { ended, said: () => said };
  };
  const end = (command: string): Promise<Ended> => begin(command).ended;
  return {
    async run(command) {
      const { code, stdout, stderr } = await end(command);
      if (code !== 0) throw new Error(`az ${command}: ended with ${code}: ${stderr}`);
      return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as unknown);
    },
    async refused(command) {
      const { code, stdout, stderr } = await end(command);
      if (code === 0) throw new Error(`az ${command}: was not refused, and said: ${stdout}`);
      return stderr;
    },
    begin,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
