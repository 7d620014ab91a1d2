import { describe, expect, it } from 'vitest';
import { TAG_CHANGES } from './tag-changes.js';

describe('a change of tags', () => {
  const before = { Env: 'test', owner: 'me' };

  it.each([
    ['Replace', { a: 'b' }, { a: 'b' }],
    ['Merge', { a: 'b', env: 'live' }, { Env: 'live', owner: 'me', a: 'b' }],
    ['Merge', {}, before],
    ['Delete', { ENV: '' }, { owner: 'me' }],
    ['Delete', { env: 'test' }, { owner: 'me' }],
    ['Delete', { env: 'another', absent: '' }, before],
  ] as const)('%s of %j', (change, named, after) => {
    expect(TAG_CHANGES[change](before, named)).toEqual(after);
    expect(before).toEqual({ Env: 'test', owner: 'me' });
  });

  it('takes any name for a name', () => {
    const named = JSON.parse('{ "__proto__": "x" }') as Record<string, string>;
    expect(Object.entries(TAG_CHANGES.Merge({}, named))).toEqual([['__proto__', 'x']]);
  });
});
