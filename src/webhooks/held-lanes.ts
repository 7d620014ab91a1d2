import type { ClaimedLane, Room } from './webhook-lanes.repository.js';

/** Lanes that one process holds, and so about as many connections at the most. */
const MAX_LANES = 4_000;
/** Lanes of one webhook among them. */
const LANES_PER_WEBHOOK = 8;
/** Of a webhook whose receiver has just failed, until it takes something. */
const LANES_WHILE_FAILING = 1;

/** A lane that this process is sending. */
export interface HeldLane {
  readonly claim: ClaimedLane;
  /** Aborts when it is not to be gone on with: somebody else has it, or the process ends. */
  readonly end: AbortController;
  /** Until then nobody else has it; in milliseconds of `performance.now()`, which no clock that is put right changes. */
  untilMs: number;
}

/** Which lanes a process holds, and how many more it may take: a receiver that fails or hangs is to leave room for others. */
export class HeldLanes {
  private readonly lanes = new Map<string, HeldLane>();
  private readonly perWebhook = new Map<string, number>();
  private readonly failing = new Set<string>();

  readonly roomOfOthers = LANES_PER_WEBHOOK;

  all(): readonly HeldLane[] {
    return [...this.lanes.values()];
  }

  get room(): number {
    return MAX_LANES - this.lanes.size;
  }

  /** Of the webhooks that have not the room of all the others. */
  rooms(): Room[] {
    return [...new Set([...this.perWebhook.keys(), ...this.failing])].map((webhookId) => {
      const most = this.failing.has(webhookId) ? LANES_WHILE_FAILING : LANES_PER_WEBHOOK;
      return { webhookId, lanes: most - (this.perWebhook.get(webhookId) ?? 0) };
    });
  }

  /** Those of which no further lane may be taken. */
  full(): string[] {
    return this.rooms().flatMap(({ webhookId, lanes }) => (lanes <= 0 ? [webhookId] : []));
  }

  /** @param untilMs as `HeldLane` has it. */
  add(claim: ClaimedLane, untilMs: number): HeldLane {
    const held = { claim, end: new AbortController(), untilMs };
    this.lanes.set(claim.leaseToken, held);
    this.perWebhook.set(claim.webhookId, (this.perWebhook.get(claim.webhookId) ?? 0) + 1);
    return held;
  }

  remove({ claim: { leaseToken, webhookId } }: HeldLane): void {
    if (!this.lanes.delete(leaseToken)) return;
    const left = (this.perWebhook.get(webhookId) ?? 1) - 1;
    if (left > 0) this.perWebhook.set(webhookId, left);
    else this.perWebhook.delete(webhookId);
  }

  answered(webhookId: string, isTaken: boolean): void {
    if (isTaken) this.failing.delete(webhookId);
    else this.failing.add(webhookId);
  }
}
