import { randomBytes } from 'node:crypto';
import { inspect, isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.js';
import { SecretBox } from './secret-box.js';

describe('secrets', () => {
  it('are given back by the key that sealed them, and by no other', () => {
    const box = new SecretBox(randomBytes(32));
    const sealed = box.seal(new Secret('hunter2'));
    expect(box.open(sealed).reveal()).toBe('hunter2');
    expect(sealed.toString('latin1')).not.toContain('hunter2');
    expect(() => new SecretBox(randomBytes(32)).open(sealed)).toThrow();
  });

  it('are refused once a single bit has changed', () => {
    const box = new SecretBox(randomBytes(32));
    const sealed = box.seal(new Secret('hunter2'));
    sealed[sealed.length - 1]! ^= 1;
    expect(() => box.open(sealed)).toThrow();
  });

  it('cannot be printed', () => {
    const secret = new Secret('hunter2');
    expect(`${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret })}`).not.toContain('hunter2');
  });

  it('are equal when their values are, and only then', () => {
    const compared = (value: string) => isDeepStrictEqual({ a: new Secret('hunter2') }, { a: new Secret(value) });
    expect([compared('hunter2'), compared('hunter3')]).toEqual([true, false]);
  });
});
