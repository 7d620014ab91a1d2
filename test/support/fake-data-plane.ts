import { DataPlane, InstanceMissing } from '../../src/data-plane/data-plane.js';
import type { EngineLease, InstanceSpec } from '../../src/data-plane/data-plane.js';
import { requireInstanceName } from '../../src/data-plane/instance-name.js';
import type { StoredGarbage } from '../../src/data-plane/stored-garbage.js';

export type CallName = 'ensure' | 'get' | 'remove' | 'list' | 'isHealthy' | 'acquire';

export interface Call {
  readonly method: CallName;
  /** Undefined for `list`. */
  readonly name?: string;
}

/** What a caller sees when the process is meant to have died in the middle of an outside call. */
export class SimulatedCrash extends Error {}

/** The port in memory. Records every call and can crash in a chosen one, before or after it took effect. */
export class FakeDataPlane extends DataPlane {
  /** Every call so far, crashed ones too, in order. */
  readonly calls: Call[] = [];
  private readonly specs = new Map<string, InstanceSpec>();
  private readonly leased = new Map<string, number>();
  private crash?: { readonly call: number; readonly when: 'before' | 'after' };

  /** The `call`-th call from the very first (1 is the first) throws SimulatedCrash. One crash at most is armed. */
  crashOn(call: number, when: 'before' | 'after'): void {
    this.crash = { call, when };
  }

  /** Leases handed out and not yet released. */
  leasesOf(name: string): number {
    return this.leased.get(name) ?? 0;
  }

  ensure(spec: InstanceSpec): Promise<void> {
    return this.call('ensure', spec.name, () => {
      this.specs.set(requireInstanceName(spec.name), { name: spec.name, readOnly: spec.readOnly });
    });
  }

  get(name: string): Promise<InstanceSpec | undefined> {
    return this.call('get', name, () => this.specs.get(requireInstanceName(name)));
  }

  remove(name: string): Promise<void> {
    return this.call('remove', name, () => {
      this.specs.delete(requireInstanceName(name));
    });
  }

  list(): Promise<readonly string[]> {
    return this.call('list', undefined, () => [...this.specs.keys()].sort());
  }

  isHealthy(name: string): Promise<boolean> {
    return this.call('isHealthy', name, () => this.specs.has(requireInstanceName(name)));
  }

  acquire(name: string): Promise<EngineLease> {
    return this.call('acquire', name, () => {
      if (!this.specs.has(requireInstanceName(name))) throw new InstanceMissing(name);
      this.leased.set(name, this.leasesOf(name) + 1);
      let isHeld = true;
      return {
        socketPath: `/no-engine/${name}.sock`,
        release: () => {
          if (isHeld) this.leased.set(name, this.leasesOf(name) - 1);
          isHeld = false;
        },
      };
    });
  }

  /** There are no files, and so there is no garbage. */
  garbageOf(): StoredGarbage {
    return {
      files: async function* () {},
      discard: () => Promise.resolve(),
      restore: () => Promise.resolve(false),
      destroy: () => Promise.resolve(),
      endUploads: () => Promise.resolve(0),
    };
  }

  renewEngines(): Promise<void> {
    return Promise.resolve();
  }

  private async call<T>(method: CallName, name: string | undefined, effect: () => T): Promise<T> {
    this.calls.push(name === undefined ? { method } : { method, name });
    const crash = this.crash?.call === this.calls.length ? this.crash.when : undefined;
    if (crash === 'before') throw new SimulatedCrash(`before call ${this.calls.length}, ${method}`);
    const result = effect();
    if (crash === 'after') throw new SimulatedCrash(`after call ${this.calls.length}, ${method}`);
    return result;
  }
}
