import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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

const FORKED = fileURLToPath(new URL('az-forked.py', import.meta.url));

/** Whether there is an Azure CLI on PATH. */
export function hasAz(): boolean {
  return programOnPath() !== undefined;
}

function programOnPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder || '.', 'az'))
    .find((program) => {
      try {
        accessSync(program, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The interpreter of a program that is a Python script; undefined when it is something else. */
function pythonOf(program: string): string | undefined {
  return /^#!\s*(\S*python[\d.]*)\s/.exec(readFileSync(program, 'utf8').slice(0, 200))?.[1];
}

interface Commands {
  readonly end: (command: string) => Promise<Ended>;
  readonly close: () => Promise<void>;
}

/** One command after the other, each as a child of a process that has its imports behind it. */
function forked(python: string, program: string, folder: string, env: NodeJS.ProcessEnv): Commands {
  const server = spawn(python, [FORKED, program], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = once(server, 'close');
  const codes = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const [stdout, stderr] = [join(folder, 'stdout'), join(folder, 'stderr')];
  let last: Promise<unknown> = Promise.resolve();
  const next = async (command: string): Promise<Ended> => {
    server.stdin.write(`${JSON.stringify({ args: command.split(' '), stdout, stderr })}\n`);
    const { value, done } = await codes.next();
    if (done) throw new Error(`az ${command}: the process that runs it has ended.`);
    return { code: Number(value), stdout: await readFile(stdout, 'utf8'), stderr: await readFile(stderr, 'utf8') };
  };
  const end = (command: string) => {
    const turn = last.then(() => next(command));
    last = turn.catch(() => undefined);
    return turn;
  };
  const close = async () => {
    server.stdin.end();
    await gone;
  };
  return { end, close };
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
  const program = programOnPath() ?? 'az';
  const python = pythonOf(program);
  const each: Commands = { end: (command) => begin(command).ended, close: () => Promise.resolve() };
  const { end, close } = python === undefined ? each : forked(python, program, folder, env);
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
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
