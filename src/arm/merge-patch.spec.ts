import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch.js';

describe('a merge patch', () => {
  // The cases of RFC 7396, appendix A, that have an object as their target.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, merged) => {
    expect(mergePatch(target, patch)).toEqual(merged);
  });

  it('replaces tags whole, and only the outermost ones', () => {
    expect(mergePatch({ tags: { a: '1', b: '2' } }, { tags: { c: '3' } })).toEqual({ tags: { c: '3' } });
    expect(mergePatch({ x: { tags: { a: '1' } } }, { x: { tags: { b: '2' } } })).toEqual({
      x: { tags: { a: '1', b: '2' } },
    });
  });

  it('changes neither target nor patch, and an empty patch changes nothing', () => {
    fc.assert(
      fc.property(fc.object(), fc.object(), (target, patch) => {
        const before = structuredClone([target, patch]);
        mergePatch(target, patch);
        expect([target, patch]).toEqual(before);
        expect(mergePatch(target, {})).toEqual(target);
      }),
    );
  });
});
