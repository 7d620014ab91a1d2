import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { DataPlane, EngineUnavailable, InstanceMissing } from '../data-plane.js';
import type { EngineLease, InstanceSpec } from '../data-plane.js';
import { requireInstanceName } from '../instance-name.js';
import type { StoredGarbage } from '../stored-garbage.js';
import { EngineGarbage } from './engine-garbage.js';
import { boundLog, lastWords } from './engine-log.js';
import { isAnswering } from './engine-probe.js';
import { EngineStarter } from './engine-starter.js';
import type { EngineStarterOptions } from './engine-starter.js';
import { InstanceEngines } from './instance-engines.js';
import { InstanceStore } from './instance-store.js';
import { systemSchedule } from './schedule.js';
import type { Schedule } from './schedule.js';

/** Specs may change while an engine starts; more often than this within one acquire, something is wrong. */
const MAX_STARTS_PER_ACQUIRE = 5;
const HEALTH_TIMEOUT_MS = 5_000;

export interface ProcessDataPlaneOptions extends EngineStarterOptions {
  /** Time without a lease after which an engine is stopped. */
  readonly engineIdleSeconds: number;
  /** Folder of the second zone; undefined: beside the instances of the first. */
  readonly zoneDir?: string | undefined;
  readonly schedule?: Schedule;
}

/** Runs engines as processes on this machine: started by the first request, stopped when idle. */
export class ProcessDataPlane extends DataPlane implements OnModuleInit, OnApplicationShutdown {
  private readonly store: InstanceStore;
  private readonly starter: EngineStarter;
  private readonly engines = new Map<string, InstanceEngines>();
  private isClosed = false;
  private hungCount = 0;

  constructor(private readonly options: ProcessDataPlaneOptions) {
    super();
    this.store = new InstanceStore(options.dataDir, options.zoneDir);
    this.starter = new EngineStarter(options, this.store);
  }

  async onModuleInit(): Promise<void> {
    await this.starter.open();
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
    await this.starter.open();
    await this.store.discard(name);
    const engines = this.engines.get(name);
    this.engines.delete(name);
    await engines?.end();
    await this.starter.endOf(name);
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
    await this.starter.open();
    for (let starts = 0; starts <= MAX_STARTS_PER_ACQUIRE; starts++) {
      const version = this.versionOf(name);
      if (version === undefined) throw this.missing(name);
      if (this.isClosed) throw new EngineUnavailable(`The engine of ${name} is not started: the service is stopping.`);
      const engines = this.enginesOf(name);
      const lease = engines.lease(version);
      if (lease) return lease;
      await engines.renew().catch((error: unknown) => {
        throw this.store.version(name) === undefined ? this.missing(name) : asUnavailable(name, error);
      });
    }
    throw new EngineUnavailable(`The spec of ${name} changed again each time its engine had started; try again.`);
  }

  garbageOf(name: string): StoredGarbage {
    return new EngineGarbage(this.store.storageFolder(name));
  }

  renewEngines(name: string): Promise<void> {
    return this.store.renew(name);
  }

  override starts(): number {
    return this.starter.starts;
  }

  override hung(): number {
    return this.hungCount;
  }

  override running(): number {
    return [...this.engines.values()].reduce((count, engines) => count + engines.runningCount, 0);
  }

  /** Ends every engine this process started; none starts again. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.engines.values()].map((engines) => engines.end()));
    await this.starter.close();
  }

  /** @throws EngineUnavailable when the disk does not answer, as for an engine that cannot be started. */
  private versionOf(name: string): string | undefined {
    try {
      return this.store.version(name);
    } catch (error) {
      throw asUnavailable(name, error);
    }
  }

  private enginesOf(name: string): InstanceEngines {
    const known = this.engines.get(name);
    if (known) return known;
    const engines: InstanceEngines = new InstanceEngines({
      start: (signal) => this.starter.start(name, signal),
      onCrash: ({ ending }) => void this.reportCrash(name, ending),
      onHung: ({ pid }) => {
        this.hungCount++;
        this.options.logger.error({
          msg: 'an engine has not answered for two minutes and is ended; the next request starts another',
          instance: name,
          pid,
        });
      },
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

  /** Another process may have removed the instance while its engine runs here. */
  private missing(name: string): InstanceMissing {
    const engines = this.engines.get(name);
    this.engines.delete(name);
    void engines?.end();
    return new InstanceMissing(name);
  }

  private async reportCrash(name: string, ending: string): Promise<void> {
    // Ended with its instance, by another process of the service.
    if (this.store.version(name) === undefined) return;
    const said = await lastWords(this.store.logFile(name), 0);
    this.options.logger.warn({
      msg: 'an engine ended by itself; the next request starts another',
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
