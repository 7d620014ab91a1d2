import { describe, expect, test } from 'vitest';
import { readSearch } from './search-query.js';

const NOTHING = {
  artifactType: null,
  mediaType: null,
  annotations: null,
  annotationKeys: null,
  os: null,
  architecture: null,
  subject: null,
  createdFrom: null,
  createdBefore: null,
  updatedFrom: null,
  updatedBefore: null,
};
const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a search', () => {
  test('without conditions is for everything', () => {
    const page = { repository: '', digest: '', count: 100 };
    expect(readSearch(new URLSearchParams())).toEqual({ repository: '', isPrefix: true, conditions: NOTHING, page });
  });

  test('goes on where a page ended, and has as many as a list', () => {
    const { page } = readSearch(new URLSearchParams({ n: '5000', last: `team/a@${DIGEST}` }));
    expect(page).toEqual({ repository: 'team/a', digest: DIGEST, count: 1_000 });
  });

  test('takes annotations by key, and by key and value', () => {
    const written = ['a', 'b=1', 'c=', 'd=2=3', '__proto__=x'].map((one) => ['annotation', one]);
    const { annotations, annotationKeys } = readSearch(new URLSearchParams(written)).conditions;
    expect([annotationKeys, Object.entries(annotations ?? {})]).toEqual([
      ['a'],
      [
        ['b', '1'],
        ['c', ''],
        ['d', '2=3'],
        ['__proto__', 'x'],
      ],
    ]);
  });
});

test.each([
  ['artifacttype=a', 'UNSUPPORTED', "no parameter 'artifacttype'"],
  ['mediaType=a&mediaType=b', 'UNSUPPORTED', 'mediaType is written twice'],
  ['mediaType=%00', 'UNSUPPORTED', 'mediaType is no text'],
  [`artifactType=${'a'.repeat(1_025)}`, 'UNSUPPORTED', 'at most 1024 characters'],
  ['repository=a*b', 'UNSUPPORTED', 'repository=a*b is neither'],
  ['annotation==b', 'UNSUPPORTED', 'annotation is neither'],
  ['annotation=a%3D1&annotation=a%3D2', 'UNSUPPORTED', 'two values of a'],
  [Array.from({ length: 11 }, () => 'annotation=a').join('&'), 'UNSUPPORTED', 'more than 10 annotations'],
  ['platform=linux/arm64/v8', 'UNSUPPORTED', 'platform=linux/arm64/v8 is neither'],
  ['subject=v1', 'DIGEST_INVALID', 'subject=v1 is not a digest'],
  ['createdFrom=yesterday', 'UNSUPPORTED', 'createdFrom=yesterday is not a time'],
  ['updatedBefore=2026-13-01', 'UNSUPPORTED', 'updatedBefore=2026-13-01 is not a time'],
  ['n=many', 'PAGINATION_NUMBER_INVALID', 'n=many'],
  ['last=a', 'UNSUPPORTED', 'last=a is no place'],
])('cannot be read: %s', (query, code, message) => {
  const refusal = { code, status: 400, message: expect.stringContaining(message) as string };
  expect(() => readSearch(new URLSearchParams(query))).toThrow(expect.objectContaining(refusal) as Error);
});
