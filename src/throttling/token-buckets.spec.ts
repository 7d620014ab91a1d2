import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.js';

function given(rememberedOwners?: number) {
  const time = { ms: 0 };
  const rates = { reads: { burst: 3, perSecond: 2 }, writes: { burst: 1, perSecond: 1 } };
  return { time, buckets: new TokenBuckets(rates, () => time.ms, rememberedOwners) };
}

describe('token buckets', () => {
  it('give what they hold, and then say how long it takes until there is more', () => {
    const { time, buckets } = given();
    expect([1, 2, 3, 4].map(() => buckets.take('a', 'reads'))).toEqual([
      { left: 2 },
      { left: 1 },
      { left: 0 },
      { retryAfterSeconds: 1 },
    ]);
    time.ms = 499;
    expect(buckets.take('a', 'reads')).toEqual({ retryAfterSeconds: 1 });
    time.ms = 500;
    expect(buckets.take('a', 'reads')).toEqual({ left: 0 });
  });

  it('fill up to what they can hold, and no further', () => {
    const { time, buckets } = given();
    buckets.take('a', 'reads');
    time.ms = 3_600_000;
    expect(buckets.take('a', 'reads')).toEqual({ left: 2 });
  });

  it('are one for each owner and each kind', () => {
    const { buckets } = given();
    expect(buckets.take('a', 'writes')).toEqual({ left: 0 });
    expect(buckets.take('b', 'writes')).toEqual({ left: 0 });
    expect(buckets.take('a', 'reads')).toEqual({ left: 2 });
    expect(buckets.take('a', 'writes')).toEqual({ retryAfterSeconds: 1 });
  });

  it('are bounded in number, whoever asks', () => {
    const { buckets } = given(100);
    for (let n = 0; n < 10_000; n++) buckets.take(`owner ${n}`, 'reads');
    expect(buckets.size).toBe(100);
  });
});
