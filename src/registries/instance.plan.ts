import type { DataPlane } from '../data-plane/data-plane.js';
import { DONE, type Step } from '../work/plan.js';

/** Whatever owns an instance: a registry, or its replica in another region. */
export interface InstanceScope {
  readonly instanceName: string;
  /** Further ones in other zones, which nobody waits for, and which go with it. */
  readonly zoneInstances: readonly string[];
  readonly dataPlane: DataPlane;
  readonly signal: AbortSignal;
}

/** The name was written down when the row was, so that a crash here can lose a name but never an instance. */
export const instanceExists: Step<InstanceScope> = {
  name: 'instanceExists',
  async ensure({ instanceName, dataPlane, signal }) {
    signal.throwIfAborted();
    await dataPlane.ensure({ name: instanceName, readOnly: false });
    return DONE;
  },
};

export const engineAnswers: Step<InstanceScope> = {
  name: 'engineAnswers',
  async ensure({ instanceName, dataPlane, signal }) {
    signal.throwIfAborted();
    if (await dataPlane.isHealthy(instanceName)) return DONE;
    return { retryAfterMs: 1_000, because: 'the engine does not answer yet' };
  },
};

export const instanceIsGone: Step<InstanceScope> = {
  name: 'instanceIsGone',
  async ensure({ instanceName, zoneInstances, dataPlane, signal }) {
    // Their zone may be away. What cannot be removed has no owner soon, and so the sweeper removes it.
    for (const name of zoneInstances) await dataPlane.remove(name).catch(() => undefined);
    signal.throwIfAborted();
    await dataPlane.remove(instanceName);
    return DONE;
  },
};
