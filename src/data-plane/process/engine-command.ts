import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EngineUnavailable } from '../data-plane.js';
import { ENGINE_NOT_FOUND, findEngine, findProgram } from './engine-binary.js';

/** Program and arguments that start an engine; the path of its configuration follows. */
export type EngineCommand = readonly [string, ...string[]];

export interface EngineCommandOptions {
  readonly enginePath: string;
  readonly endsWithParent?: boolean;
}

/** @throws EngineUnavailable when this machine has no engine. */
export async function findEngineCommand({
  enginePath,
  endsWithParent = true,
}: EngineCommandOptions): Promise<EngineCommand> {
  const engine = await findEngine(enginePath);
  if (!engine)
    throw new EngineUnavailable(
      enginePath
        ? `BERTH_ENGINE_PATH is ${enginePath}, which is no registry engine. ${ENGINE_NOT_FOUND}`
        : ENGINE_NOT_FOUND,
    );
  const launcher = endsWithParent ? await findLauncher() : undefined;
  return launcher ? [launcher, ...END_WITH_PARENT, engine.path, 'serve'] : [engine.path, 'serve'];
}

const END_WITH_PARENT = ['--pdeathsig', 'KILL'] as const;

/** A program that makes the kernel end the engine when the service dies; it becomes the engine, so costs no process. */
async function findLauncher(): Promise<string | undefined> {
  const setpriv = await findProgram('setpriv');
  if (!setpriv) return undefined;
  // Some versions lack the option.
  const attempt = promisify(execFile)(setpriv, [...END_WITH_PARENT, '/bin/sh', '-c', ':']);
  return attempt.then(
    () => setpriv,
    () => undefined,
  );
}
