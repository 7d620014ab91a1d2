/** Of those that wait in one process; whoever comes then is turned away at once. */
const MOST_WAITING = 1_000;

/** So much is going on already that there was no turn within the time; for clients to try again. */
export class TooBusy extends Error {
  constructor() {
    super('As much is being brought from other registries as may be at once.');
  }
}

/** How many may go on at once. */
export interface SlotLimits {
  readonly inProcess: number;
  readonly ofRegistry: number;
}

/** A place in the line. */
export interface Turn {
  /** Answers what ends it. @throws TooBusy; the reason for which all are turned away. */
  readonly begun: Promise<() => void>;
  /** Begins it now, whatever goes on: somebody who has a turn waits for what this one is for. */
  admit(): void;
}

interface Waiting {
  readonly registryId: string;
  begin(leave: () => void): void;
  refuse(reason: Error): void;
}

/**
 * Lets only so much go on at once, in a process and for each registry of it, so that no registry takes it all. Whoever waits
 * comes in the order of asking, past those whose registry has its share.
 */
export class FillSlots {
  private readonly waiting = new Set<Waiting>();
  private readonly busyOf = new Map<string, number>();
  private busy = 0;

  constructor(private readonly limits: SlotLimits) {}

  ask(registryId: string, waitMs: number): Turn {
    if (this.isFree(registryId)) return { begun: Promise.resolve(this.enter(registryId)), admit: () => undefined };
    if (waitMs === 0 || this.waiting.size >= MOST_WAITING) return { begun: refused(), admit: () => undefined };
    let admit: () => void = () => undefined;
    const begun = new Promise<() => void>((resolve, reject) => {
      const out = () => {
        clearTimeout(timer);
        return this.waiting.delete(waiting);
      };
      const waiting: Waiting = {
        registryId,
        begin: (leave) => {
          if (out()) resolve(leave);
        },
        refuse: (reason) => {
          if (out()) reject(reason);
        },
      };
      const timer = setTimeout(() => waiting.refuse(new TooBusy()), waitMs);
      admit = () => waiting.begin(() => undefined);
      this.waiting.add(waiting);
    });
    // Nobody may be left who waits for it.
    begun.catch(() => undefined);
    return { begun, admit };
  }

  /** Turns away all who wait. */
  close(reason: Error): void {
    for (const waiting of this.waiting) waiting.refuse(reason);
  }

  private isFree(registryId: string): boolean {
    return this.busy < this.limits.inProcess && (this.busyOf.get(registryId) ?? 0) < this.limits.ofRegistry;
  }

  private enter(registryId: string): () => void {
    this.busy++;
    this.busyOf.set(registryId, (this.busyOf.get(registryId) ?? 0) + 1);
    return () => this.leave(registryId);
  }

  private leave(registryId: string): void {
    this.busy--;
    const left = (this.busyOf.get(registryId) ?? 1) - 1;
    if (left === 0) this.busyOf.delete(registryId);
    else this.busyOf.set(registryId, left);
    const next = [...this.waiting].find((waiting) => this.isFree(waiting.registryId));
    next?.begin(this.enter(next.registryId));
  }
}

function refused(): Promise<never> {
  const begun = Promise.reject(new TooBusy());
  begun.catch(() => undefined);
  return begun;
}
