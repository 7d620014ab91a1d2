import type { EngineLease } from '../data-plane.js';
import type { EngineProcess } from './engine-process.js';
import { EngineWatch } from './engine-watch.js';
import type { Schedule } from './schedule.js';

/** A lease per request: an engine's log is looked at each time this many have passed. */
const LEASES_BETWEEN_LOOKS = 1_000;

export interface StartedEngine {
  readonly process: EngineProcess;
  /** Version of the spec with which it was started. */
  readonly version: string;
}

export interface InstanceEnginesOptions {
  start(signal: AbortSignal): Promise<StartedEngine>;
  /** An engine ended that was not told to. */
  onCrash(engine: EngineProcess): void;
  /** An engine has not answered for minutes, and is being ended. */
  onHung(engine: EngineProcess): void;
  /** No engine runs or starts any more. */
  onEmpty(): void;
  /** Called now and then while the engine is in use. */
  boundLog(): Promise<void>;
  readonly idleMs: number;
  readonly schedule: Schedule;
}

interface Engine extends StartedEngine {
  readonly watch: EngineWatch;
  leases: number;
  leasesGiven: number;
  isRetired: boolean;
  cancelIdle?: () => void;
}

/** The engines of one instance. At most one takes new leases; those before it finish what they have. */
export class InstanceEngines {
  private current?: Engine;
  private starting?: Promise<void>;
  private readonly stopStart = new AbortController();
  private readonly running = new Set<Engine>();

  constructor(private readonly options: InstanceEnginesOptions) {}

  get runningCount(): number {
    return this.running.size;
  }

  /** A lease on the engine that runs with this version of the spec; undefined when a new one must be started first. */
  lease(version: string): EngineLease | undefined {
    const engine = this.current;
    if (!engine || engine.version !== version || !engine.process.isReachable) return undefined;
    engine.cancelIdle?.();
    engine.leases++;
    engine.watch.used();
    if (++engine.leasesGiven % LEASES_BETWEEN_LOOKS === 0) void this.options.boundLog();
    let isHeld = true;
    return {
      socketPath: engine.process.socketPath,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        engine.leases--;
        this.rest(engine);
      },
    };
  }

  /** Starts an engine with the spec as it is now and puts it in the place of the current one. Callers share one start. */
  renew(): Promise<void> {
    return (this.starting ??= this.replace().finally(() => {
      this.starting = undefined;
      this.tellIfEmpty();
    }));
  }

  /** Ends all engines now, with the requests they are serving. */
  async end(): Promise<void> {
    this.stopStart.abort(new Error('the instance or the service is going away'));
    await this.starting?.catch(() => undefined);
    await Promise.all([...this.running].map((engine) => this.retire(engine)));
  }

  private async replace(): Promise<void> {
    this.stopStart.signal.throwIfAborted();
    const started = await this.options.start(this.stopStart.signal);
    const engine: Engine = {
      ...started,
      watch: new EngineWatch({
        socketPath: started.process.socketPath,
        schedule: this.options.schedule,
        isInUse: () => engine.leases > 0,
        onHung: () => this.endHung(engine),
      }),
      leases: 0,
      leasesGiven: 0,
      isRetired: false,
    };
    const before = this.current;
    this.current = engine;
    this.running.add(engine);
    void engine.process.ended.then(() => this.forget(engine));
    if (before && before.leases === 0) void this.retire(before);
    else if (before) before.isRetired = true;
    this.rest(engine);
  }

  /** What becomes of an engine that may have no lease left. */
  private rest(engine: Engine): void {
    if (engine.leases > 0 || !engine.process.isAlive) return;
    if (engine.isRetired) void this.retire(engine);
    else engine.cancelIdle = this.options.schedule(this.options.idleMs, () => void this.retire(engine));
  }

  /** Takes the engine out of use at once, before it has ended: the next lease starts another. */
  private async retire(engine: Engine): Promise<void> {
    engine.isRetired = true;
    engine.cancelIdle?.();
    engine.watch.stop();
    if (this.current === engine) this.current = undefined;
    await engine.process.end();
  }

  private endHung(engine: Engine): void {
    this.options.onHung(engine.process);
    void this.retire(engine);
  }

  private forget(engine: Engine): void {
    engine.cancelIdle?.();
    engine.watch.stop();
    this.running.delete(engine);
    if (this.current === engine) this.current = undefined;
    if (engine.process.hasCrashed) this.options.onCrash(engine.process);
    this.tellIfEmpty();
  }

  private tellIfEmpty(): void {
    if (this.running.size === 0 && !this.starting) this.options.onEmpty();
  }
}
