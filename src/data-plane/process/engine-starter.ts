import { rmdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { EngineUnavailable } from '../data-plane.js';
import { findEngineCommand } from './engine-command.js';
import type { EngineCommand, EngineCommandOptions } from './engine-command.js';
import { EngineRecords } from './engine-records.js';
import type { StartedEngine } from './instance-engines.js';
import type { InstanceStore } from './instance-store.js';
import { identityOf } from './process-identity.js';
import { openRuntimeFolder, runtimeFolder } from './runtime-folder.js';
import { StartGate } from './start-gate.js';
import { startEngine } from './start-engine.js';

/** Nest's logger and pino's both fit. */
export interface DataPlaneLogger {
  debug(fields: object): void;
  warn(fields: object): void;
  error(fields: object): void;
}

export interface EngineStarterOptions extends EngineCommandOptions {
  readonly dataDir: string;
  readonly logger: DataPlaneLogger;
}

/** Starts engines on this machine, a few at a time, and ends those that nobody looks after. */
export class EngineStarter {
  private readonly folder: string;
  private readonly records: EngineRecords;
  private readonly owner = identityOf(process.pid)!;
  private readonly gate = new StartGate(4 * availableParallelism());
  private opening?: Promise<void>;
  private command?: Promise<EngineCommand>;
  private begun = 0;

  constructor(
    private readonly options: EngineStarterOptions,
    private readonly store: InstanceStore,
  ) {
    this.folder = runtimeFolder(options.dataDir);
    this.records = new EngineRecords(this.folder);
  }

  /** Ends the engines that a killed service left behind. Works once, however often it is called. */
  open(): Promise<void> {
    return (this.opening ??= this.endOrphans().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    }));
  }

  /** Starts so far, whatever came of them. */
  get starts(): number {
    return this.begun;
  }

  /** @throws EngineUnavailable, or the reason of `signal`. */
  start(instance: string, signal: AbortSignal): Promise<StartedEngine> {
    return this.gate
      .run(() => this.startNow(instance, signal))
      .catch((error: unknown) => {
        if (!signal.aborted) this.options.logger.error({ msg: 'an engine could not be started', instance, err: error });
        throw error;
      });
  }

  /** Ends the engines of `instance` that other processes of the service started. */
  endOf(instance: string): Promise<void> {
    return this.records.endOf(instance);
  }

  async close(): Promise<void> {
    // Fails when another process of the service still has engines there.
    await rmdir(this.folder).catch(() => undefined);
  }

  private async startNow(instance: string, signal: AbortSignal): Promise<StartedEngine> {
    signal.throwIfAborted();
    this.begun++;
    const begunAt = performance.now();
    const command = await this.engineCommand();
    // Again each time: cleaners of temporary folders take what looks unused.
    await openRuntimeFolder(this.folder);
    const stored = await this.store.read(instance);
    if (!stored)
      throw new EngineUnavailable(`The spec of ${instance} cannot be read; update the registry to write it anew.`);
    const order = {
      instance,
      readOnly: stored.spec.readOnly,
      storageFolder: this.store.storageFolder(instance),
      logFile: this.store.logFile(instance),
      httpSecret: await this.store.httpSecret(instance),
    };
    const engine = await startEngine({ command, records: this.records, owner: this.owner }, order, signal);
    const tookMs = Math.round(performance.now() - begunAt);
    this.options.logger.debug({ msg: 'engine started', instance, pid: engine.pid, tookMs });
    return { process: engine, version: stored.version };
  }

  private engineCommand(): Promise<EngineCommand> {
    return (this.command ??= findEngineCommand(this.options).catch((error: unknown) => {
      // Looked for again next time: it may have been installed.
      this.command = undefined;
      throw error;
    }));
  }

  private async endOrphans(): Promise<void> {
    await openRuntimeFolder(this.folder);
    try {
      const ended = await this.records.endOrphans();
      if (ended > 0) this.options.logger.warn({ msg: 'engines of a service that had died were ended', ended });
    } catch (error) {
      this.options.logger.error({ msg: 'engines of a service that had died could not be ended', err: error });
    }
  }
}
