import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Secret } from '../../secrets/secret.js';
import { EngineUnavailable } from '../data-plane.js';
import type { EngineCommand } from './engine-command.js';
import { engineConfig } from './engine-config.js';
import { boundLog, lastWords, openLog, sizeOfLog } from './engine-log.js';
import { isAnswering, refusesWrites } from './engine-probe.js';
import { EngineProcess } from './engine-process.js';
import type { EngineRecords } from './engine-records.js';
import { identityOf } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

/** Time an engine has until it answers. 50 ms is usual; a machine under load takes many times that. */
const START_DEADLINE_MS = 15_000;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 25;

/** What all engines of this process have in common. */
export interface EngineHost {
  readonly command: EngineCommand;
  readonly records: EngineRecords;
  readonly owner: ProcessIdentity;
}

/** One engine to be started. */
export interface EngineOrder {
  readonly instance: string;
  readonly readOnly: boolean;
  readonly storageFolder: string;
  readonly logFile: string;
  readonly httpSecret: Secret;
}

/**
 * Starts an engine and waits until it answers and was seen to be in the mode asked for.
 * @throws EngineUnavailable with the engine's own reason when it ended, did not answer in time, or is in another mode.
 */
export async function startEngine(host: EngineHost, order: EngineOrder, signal: AbortSignal): Promise<EngineProcess> {
  const id = randomBytes(8).toString('hex');
  const socketPath = host.records.socketPath(id);
  const configPath = host.records.configPath(id);
  await writeFile(configPath, engineConfig({ ...order, socketPath }), { mode: 0o600, flag: 'wx' });
  try {
    await boundLog(order.logFile);
    const logStart = await sizeOfLog(order.logFile);
    const engine = await launch(host, order, id);
    try {
      await untilAnswering(engine, signal);
      await requireMode(engine, order.readOnly);
      return engine;
    } catch (error) {
      await engine.end();
      throw unavailable(order.instance, error, await lastWords(order.logFile, logStart));
    }
  } finally {
    await rm(configPath, { force: true });
  }
}

async function launch(host: EngineHost, order: EngineOrder, id: string): Promise<EngineProcess> {
  const log = openLog(order.logFile);
  let child: ChildProcess;
  try {
    const [program, ...args] = host.command;
    child = spawn(program, [...args, host.records.configPath(id)], {
      // Empty: every REGISTRY_… variable would change the engine's configuration.
      env: {},
      cwd: '/',
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C in a terminal is for the service, which ends its engines when their requests are over.
      detached: true,
    });
    const engine = child.pid === undefined ? undefined : identityOf(child.pid);
    if (engine) host.records.add({ instance: order.instance, id, engine, owner: host.owner });
  } finally {
    closeSync(log);
  }
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw unavailable(order.instance, error, '');
  }
  // Without a listener, a signal that could not be sent would end the service.
  child.on('error', () => undefined);
  return new EngineProcess(child, host.records.socketPath(id), () => host.records.forget(order.instance, id));
}

async function untilAnswering(engine: EngineProcess, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    if (!engine.isAlive) throw new Error(`it ended with ${engine.ending}`);
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw new Error(`it did not answer within ${START_DEADLINE_MS} ms`);
    if (await isAnswering(engine.socketPath, leftMs)) return;
    await pause(pauseMs);
  }
}

async function requireMode(engine: EngineProcess, readOnly: boolean): Promise<void> {
  if ((await refusesWrites(engine.socketPath, START_DEADLINE_MS)) !== readOnly)
    throw new Error(`it ${readOnly ? 'accepts' : 'refuses'} writes although told otherwise`);
}

function unavailable(instance: string, cause: unknown, words: string): EngineUnavailable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const said = words && ` It said: ${words}`;
  return new EngineUnavailable(`The engine of ${instance} could not be started: ${reason}.${said}`, { cause });
}
