import { describe, expect, test } from 'vitest';
import { immutableInTheWay, inTheWay, isLocking, type Deed, type Part, type PartAttributes } from './locked.js';

const FREE = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true, isImmutable: false };
const PARTS: readonly Part[] = ['repository', 'tag', 'tagged', 'manifest', 'tag-of-manifest'];
const having = (part: Part, attributes: Partial<typeof FREE>): PartAttributes => ({
  ...FREE,
  ...attributes,
  part,
  name: 'x',
});

describe('what is switched off', () => {
  test.each<[Deed, string, readonly Part[]]>([
    ['pull', 'readEnabled', ['repository', 'tag', 'tagged', 'manifest']],
    ['push', 'writeEnabled', ['repository', 'tag', 'manifest']],
    ['delete', 'deleteEnabled', ['repository', 'manifest', 'tag-of-manifest']],
    ['delete', 'writeEnabled', ['repository', 'manifest', 'tag-of-manifest']],
    ['untag', 'deleteEnabled', ['repository', 'tag']],
    ['untag', 'writeEnabled', ['repository', 'tag']],
  ])('a %s needs %s of %s, and of nothing else', (deed, attribute, needed) => {
    const stopping = PARTS.filter((part) => inTheWay(deed, [having(part, { [attribute]: false })]) !== undefined);
    expect(stopping).toEqual(needed);
  });

  test.each<[Deed, Partial<typeof FREE>]>([
    ['pull', { writeEnabled: false, deleteEnabled: false, listEnabled: false }],
    ['push', { readEnabled: false, deleteEnabled: false, listEnabled: false }],
    ['delete', { readEnabled: false, listEnabled: false }],
    ['untag', { readEnabled: false, listEnabled: false }],
  ])('but is no matter of a %s does not stop it: %j', (deed, attributes) => {
    expect(
      inTheWay(
        deed,
        PARTS.map((part) => having(part, attributes)),
      ),
    ).toBeUndefined();
  });

  test('is named', () => {
    expect(inTheWay('push', [having('repository', {}), having('tag', { writeEnabled: false })])).toBe(
      `writeEnabled of the tag 'x'`,
    );
  });
});

test('what is not there is in nobody’s way', () => {
  expect(inTheWay('push', [])).toBeUndefined();
});

test('only what forbids something locks', () => {
  expect([{}, { listEnabled: false }, { readEnabled: true }, { readEnabled: false }].map(isLocking)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test.each<[Deed, readonly Part[]]>([
  ['pull', []],
  ['push', []],
  ['delete', ['tag-of-manifest']],
  ['untag', ['tag']],
])('a %s leaves immutable tags alone: %j', (deed, kept) => {
  const tags: readonly Part[] = ['tag', 'tag-of-manifest'];
  const stopping = tags.filter((part) => immutableInTheWay(deed, [having(part, { isImmutable: true })]) === 'x');
  expect(stopping).toEqual(kept);
  expect(tags.map((part) => immutableInTheWay(deed, [having(part, {})]))).toEqual([undefined, undefined]);
});
