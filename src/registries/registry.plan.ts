import type { Sql } from '../database/database.js';
import type { DataPlane } from '../data-plane/data-plane.js';
import { DONE, type Plan, type Step } from '../work/plan.js';
import { isListeningFor } from './login-servers.repository.js';
import type { Registry } from './registry.entity.js';

/** What the steps of a registry's plans work on. */
export interface RegistryScope {
  readonly registry: Pick<Registry, 'id' | 'instanceName'>;
  readonly dataPlane: DataPlane;
  readonly sql: Sql;
  readonly signal: AbortSignal;
}

/** The name was written down when the row was, so that a crash here can lose a name but never an instance. */
const instanceExists: Step<RegistryScope> = {
  name: 'instanceExists',
  async ensure({ registry, dataPlane, signal }) {
    signal.throwIfAborted();
    await dataPlane.ensure({ name: registry.instanceName, readOnly: false });
    return DONE;
  },
};

const engineAnswers: Step<RegistryScope> = {
  name: 'engineAnswers',
  async ensure({ registry, dataPlane, signal }) {
    signal.throwIfAborted();
    if (await dataPlane.isHealthy(registry.instanceName)) return DONE;
    return { retryAfterMs: 1_000, because: 'the engine does not answer yet' };
  },
};

const loginServerListens: Step<RegistryScope> = {
  name: 'loginServerListens',
  async ensure({ registry, sql }) {
    if (await isListeningFor(sql, registry.id)) return DONE;
    return { retryAfterMs: 20, because: 'no edge listens on the port of the login server yet' };
  },
};

const instanceIsGone: Step<RegistryScope> = {
  name: 'instanceIsGone',
  async ensure({ registry, dataPlane, signal }) {
    signal.throwIfAborted();
    await dataPlane.remove(registry.instanceName);
    return DONE;
  },
};

export const createRegistry: Plan<RegistryScope> = [instanceExists, engineAnswers, loginServerListens];
export const updateRegistry: Plan<RegistryScope> = createRegistry;
export const deleteRegistry: Plan<RegistryScope> = [instanceIsGone];
