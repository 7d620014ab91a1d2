import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { rmdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { DataPlane, EngineUnavailable, InstanceMissing } from '../data-plane.js';
import type { EngineLease, InstanceSpec } from '../data-plane.js';
import { requireInstanceName } from '../instance-name.js';
import { findEngineCommand } from './engine-command.js';
import type { EngineCommand } from './engine-command.js';
import { boundLog, lastWords } from './engine-log.js';
import { isAnswering } from './engine-probe.js';
import { EngineRecords } from './engine-records.js';
import { InstanceEngines } from './instance-engines.js';
import type { StartedEngine } from './instance-engines.js';
import { InstanceStore } from './instance-store.js';
import { identityOf } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { openRuntimeFolder, runtimeFolder } from './runtime-folder.js';
import { systemSchedule } from './schedule.js';
import type { Schedule } from './schedule.js';
import { StartGate } from './start-gate.js';
import { startEngine } from './start-engine.js';

/** Specs may change while an engine starts; more often than this within one acquire, something is wrong. */
const MAX_STARTS_PER_ACQUIRE = 5;
const HEALTH_TIMEOUT_MS = 5_000;

/** Nest's logger and pino's both fit. */
export interface DataPlaneLogger {
  debug(fields: object): void;
  warn(fields: object): void;
  error(fields: object): void;
}

export interface ProcessDataPlaneOptions {
  readonly dataDir: string;
  /** Empty: found on PATH. */
  readonly enginePath: string;
  readonly engineIdleSeconds: number;
  readonly logger: DataPlaneLogger;
  readonly schedule?: Schedule;
  /** Off: engines outlive a killed service until its next start. On by default where the system can do it. */
  readonly endsWithParent?: boolean;
}

/** Runs engines as processes on this machine: started by the first request, stopped when idle. */
export class ProcessDataPlane extends DataPlane implements OnModuleInit, OnApplicationShutdown {
  private readonly store: InstanceStore;
  private readonly records: EngineRecords;
  private readonly runtimeFolder: string;
  private readonly owner: ProcessIdentity = identityOf(process.pid)!;
  private readonly engines = new Map<string, InstanceEngines>();
  private readonly gate = new StartGate(4 * availableParallelism());
  private opening?: Promise<void>;
  private command?: Promise<EngineCommand>;
  private isClosed = false;

  constructor(private readonly options: ProcessDataPlaneOptions) {
    super();
    this.store = new InstanceStore(options.dataDir);
    this.runtimeFolder = runtimeFolder(options.dataDir);
    this.records = new EngineRecords(this.runtimeFolder);
  }

  async onModuleInit(): Promise<void> {
    await this.open();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async ensure(spec: InstanceSpec): Promise<void> {
    const stored = await this.store.read(spec.name);
    // Written anew only when changed: a new file is what makes running engines be replaced.
    if (stored?.spec.readOnly !== spec.readOnly) await this.store.write(spec);
  }

  async get(name: string): Promise<InstanceSpec | undefined> {
    return (await this.store.read(name))?.spec;
  }

  async remove(name: string): Promise<void> {
    requireInstanceName(name);
    await this.open();
    await this.store.discard(name);
    const engines = this.engines.get(name);
    this.engines.delete(name);
    await engines?.end();
    await this.records.endOf(name);
    // An engine that was still at work may have made its folder anew.
    await this.store.discard(name);
    await this.store.deleteDiscarded(name);
  }

  list(): Promise<readonly string[]> {
    return this.store.list();
  }

  async isHealthy(name: string): Promise<boolean> {
    try {
      const lease = await this.acquire(name);
      return await isAnswering(lease.socketPath, HEALTH_TIMEOUT_MS).finally(() => lease.release());
    } catch (error) {
      if (error instanceof InstanceMissing || error instanceof EngineUnavailable) return false;
      throw error;
    }
  }

  async acquire(name: string): Promise<EngineLease> {
    await this.open();
    for (let starts = 0; starts <= MAX_STARTS_PER_ACQUIRE; starts++) {
      const version = this.store.version(name);
      if (version === undefined) throw this.missing(name);
      const engines = this.enginesOf(name);
      const lease = engines.lease(version);
      if (lease) return lease;
      await engines.renew().catch((error: unknown) => {
        throw this.store.version(name) === undefined ? this.missing(name) : asUnavailable(name, error);
      });
    }
    throw new EngineUnavailable(`The spec of ${name} changed again each time its engine had started; try again.`);
  }

  /** Ends every engine this process started. No call but `get` and `list` may follow. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.engines.values()].map((engines) => engines.end()));
    // Fails when another process of the service still has engines there.
    await rmdir(this.runtimeFolder).catch(() => undefined);
  }

  private open(): Promise<void> {
    return (this.opening ??= this.endOrphans().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    }));
  }

  private async endOrphans(): Promise<void> {
    await openRuntimeFolder(this.runtimeFolder);
    try {
      const ended = await this.records.endOrphans();
      if (ended > 0) this.options.logger.warn({ msg: 'engines of a service that had died were ended', ended });
    } catch (error) {
      this.options.logger.error({ msg: 'engines of a service that had died could not be ended', err: error });
    }
  }

  /** Another process may have removed the instance while its engine runs here. */
  private missing(name: string): InstanceMissing {
    const engines = this.engines.get(name);
    this.engines.delete(name);
    void engines?.end();
    return new InstanceMissing(name);
  }

  private enginesOf(name: string): InstanceEngines {
    const known = this.engines.get(name);
    if (known) return known;
    const engines: InstanceEngines = new InstanceEngines({
      start: (signal) => this.gate.run(() => this.start(name, signal)),
      onCrash: (engine) => void this.reportCrash(name, engine.ending),
      onEmpty: () => {
        if (this.engines.get(name) === engines) this.engines.delete(name);
      },
      boundLog: () => boundLog(this.store.logFile(name)),
      idleMs: this.options.engineIdleSeconds * 1_000,
      schedule: this.options.schedule ?? systemSchedule,
    });
    this.engines.set(name, engines);
    return engines;
  }

  private async start(name: string, signal: AbortSignal): Promise<StartedEngine> {
    signal.throwIfAborted();
    if (this.isClosed) throw new EngineUnavailable(`The engine of ${name} is not started: the service is stopping.`);
    const begunAt = performance.now();
    const command = await this.engineCommand();
    // Again each time: cleaners of temporary folders take what looks unused.
    await openRuntimeFolder(this.runtimeFolder);
    const stored = await this.store.read(name);
    if (!stored)
      throw new EngineUnavailable(`The spec of ${name} cannot be read; update the registry to write it anew.`);
    const order = {
      instance: name,
      readOnly: stored.spec.readOnly,
      storageFolder: this.store.storageFolder(name),
      logFile: this.store.logFile(name),
      httpSecret: await this.store.httpSecret(name),
    };
    const engine = await startEngine({ command, records: this.records, owner: this.owner }, order, signal);
    const tookMs = Math.round(performance.now() - begunAt);
    this.options.logger.debug({ msg: 'engine started', instance: name, pid: engine.pid, tookMs });
    return { process: engine, version: stored.version };
  }

  private engineCommand(): Promise<EngineCommand> {
    return (this.command ??= findEngineCommand(this.options).catch((error: unknown) => {
      this.command = undefined;
      throw error;
    }));
  }

  private async reportCrash(name: string, ending: string): Promise<void> {
    const said = await lastWords(this.store.logFile(name), 0);
    this.options.logger.warn({
      msg: 'engine ended by itself; the next request starts another',
      instance: name,
      ending,
      said,
    });
  }
}

function asUnavailable(name: string, error: unknown): EngineUnavailable {
  if (error instanceof EngineUnavailable) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineUnavailable(`The engine of ${name} could not be started: ${reason}.`, { cause: error });
}
