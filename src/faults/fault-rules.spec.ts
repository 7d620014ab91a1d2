import { describe, expect, it } from 'vitest';
import { concerns } from './fault-rules.js';

describe('the pattern of a fault', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shops', false],
    ['shop*', 'shop', true],
    ['shop*', 'shopeast', true],
    ['shop*', 'myshop', false],
    ['*', 'anything', true],
    ['*east', 'shopeast', true],
    ['*east', 'eastern', false],
    ['a*b*c', 'aXXbYYc', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['**', 'anything', true],
  ])('%s and the registry %s: %s', (registries, key, expected) => {
    expect(concerns({ registries }, key)).toBe(expected);
  });

  it('is compared quickly, whatever it is', () => {
    const before = performance.now();
    expect(concerns({ registries: '*a'.repeat(25) }, 'b'.repeat(50))).toBe(false);
    expect(concerns({ registries: '*a'.repeat(24) + 'b' }, 'a'.repeat(50))).toBe(false);
    expect(performance.now() - before).toBeLessThan(50);
  });
});
