import { LRUCache } from 'lru-cache';
import type { Rate } from '../config/parsers.js';

/** Owners remembered; about half a kilobyte each. Who is forgotten has full buckets again. */
const REMEMBERED_OWNERS = 10_000;

/** The outcome of one request: what is left after it, or how long to wait for what it lacked. */
export type Taken = { readonly left: number } | { readonly retryAfterSeconds: number };

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * One bucket of tokens per owner and kind: a request takes one, and time fills them up again, which is reckoned when somebody
 * asks. Memory is bounded: of too many owners, those not seen for longest are forgotten.
 */
export class TokenBuckets<Kind extends string> {
  private readonly owners: LRUCache<string, Partial<Record<Kind, Bucket>>>;

  constructor(
    private readonly rates: Readonly<Record<Kind, Rate>>,
    private readonly nowMs: () => number,
    rememberedOwners = REMEMBERED_OWNERS,
  ) {
    this.owners = new LRUCache({ max: rememberedOwners });
  }

  /** How many owners have buckets that are not thought of as full. */
  get size(): number {
    return this.owners.size;
  }

  take(owner: string, kind: Kind): Taken {
    const { burst, perSecond } = this.rates[kind];
    const bucket = this.bucketOf(owner, kind, burst);
    const now = this.nowMs();
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAtMs) / 1000) * perSecond);
    bucket.filledAtMs = now;
    if (bucket.tokens < 1) return { retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond)) };
    bucket.tokens -= 1;
    return { left: Math.floor(bucket.tokens) };
  }

  private bucketOf(owner: string, kind: Kind, burst: number): Bucket {
    let buckets = this.owners.get(owner);
    if (!buckets) this.owners.set(owner, (buckets = {}));
    return (buckets[kind] ??= { tokens: burst, filledAtMs: this.nowMs() });
  }
}
