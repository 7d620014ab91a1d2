import type { StoredGarbage } from './stored-garbage.js';

/** What an instance must be. Everything an engine is started with follows from it. */
export interface InstanceSpec {
  /** Unique for ever, `[a-z0-9-]{1,63}`; written down in the owner's row before the instance is made. */
  readonly name: string;
  /** Refuses every push and delete, and lets pulls through. */
  readonly readOnly: boolean;
}

/** How to reach a running engine. Call `release` when the request and its body are over: an engine in use is never stopped. */
export interface EngineLease {
  /** Path of the engine's unix socket; it speaks plain HTTP there. */
  readonly socketPath: string;
  release(): void;
}

/**
 * The port to the registries' engines: one isolated OCI registry per instance. Abstract so that it is its own injection
 * token; `process/` runs engines on this machine. Every call may be repeated, and may have taken effect even when it
 * failed.
 */
export abstract class DataPlane {
  /** Makes the instance exist with exactly this spec. A changed spec is taken up without failing a request in flight. */
  abstract ensure(spec: InstanceSpec): Promise<void>;

  /** The spec of an instance that exists, else undefined. */
  abstract get(name: string): Promise<InstanceSpec | undefined>;

  /** Ends the instance and deletes all it stored. Removing what is not there succeeds. */
  abstract remove(name: string): Promise<void>;

  /** Names of all instances that exist, owned or not, whole or half made; what the sweeper compares with the database. */
  abstract list(): Promise<readonly string[]>;

  /** Whether the instance answers `/v2/`; starts it when it is stopped. */
  abstract isHealthy(name: string): Promise<boolean>;

  /**
   * A running engine for one request; starts it when it is stopped or has died.
   * @throws InstanceMissing when there is no such instance; EngineUnavailable when it cannot be started.
   */
  abstract acquire(name: string): Promise<EngineLease>;

  /** How blobs leave the instance. Needs no engine to run, and waits for none. */
  abstract garbageOf(name: string): StoredGarbage;

  /**
   * Requests from now on, of any process, get an engine that remembers nothing of the storage as it was. Those in flight
   * are ended by the engine that they have.
   */
  abstract renewEngines(name: string): Promise<void>;

  /** How many engines run on this machine; undefined when they run elsewhere. */
  running(): number | undefined {
    return undefined;
  }

  /** How many this process has started or tried to; undefined when somebody else starts them. */
  starts(): number | undefined {
    return undefined;
  }

  /** How many this process has ended since they did not answer any more; undefined when somebody else does. */
  hung(): number | undefined {
    return undefined;
  }
}

export class InstanceMissing extends Error {
  constructor(name: string) {
    super(`There is no instance ${name}.`);
  }
}

export class EngineUnavailable extends Error {}
