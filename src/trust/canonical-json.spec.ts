import { expect, test } from 'vitest';
import { canonicalJson, type Json } from './canonical-json.js';

test.each<[Json, string]>([
  [{ b: 1, a: [true, null, -2], A: 'x' }, '{"A":"x","a":[true,null,-2],"b":1}'],
  // By bytes, and not by the halves of characters that JavaScript compares.
  [{ '\u{1f600}': 1, '\uffff': 2 }, '{"\uffff":2,"\u{1f600}":1}'],
  ['a "quote", a \\ and a line\n<&>', '"a \\"quote\\", a \\\\ and a line\n<&>"'],
])('%j has one text', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('what has none is told', () => {
  const deep = Array.from({ length: 40 }).reduce<Json>((inner) => [inner], 0);
  expect(() => canonicalJson({ a: 1.5 })).toThrow('1.5 is no whole number');
  expect(() => canonicalJson(2 ** 53)).toThrow('is no whole number');
  expect(() => canonicalJson(deep)).toThrow('it is more than 32 levels deep');
});
