import { describe, expect, it } from 'vitest';
import { ArmError } from './arm-error.js';
import { listBody, pageOf } from './paging.js';

const url = new URL('https://localhost:8443/subscriptions/s/things?api-version=2025-11-01&$top=2');
const body = (found: string[], limit: number) =>
  listBody(
    found,
    { after: '', limit },
    url,
    (item) => item,
    (item) => ({ name: item }),
  );

describe('a page of a list', () => {
  it('has a nextLink with the client’s own host and query when more follow', () => {
    const { value, nextLink } = body(['a', 'b', 'c'], 2);
    expect(value).toEqual([{ name: 'a' }, { name: 'b' }]);
    const next = new URL(nextLink ?? '');
    expect(next.origin + next.pathname).toBe('https://localhost:8443/subscriptions/s/things');
    expect(next.searchParams.get('api-version')).toBe('2025-11-01');
    expect(pageOf(Object.fromEntries(next.searchParams))).toEqual({ after: 'b', limit: 2 });
  });

  it('has no nextLink at all when it is the last one', () => {
    expect(body(['a', 'b'], 2)).toEqual({ value: [{ name: 'a' }, { name: 'b' }] });
    expect(body([], 2)).toEqual({ value: [] });
  });

  it.each(['', '*', 'not base64!', 'YQ==', 'AA'])('refuses the skip token %j', (token) => {
    expect(() => pageOf({ $skipToken: token })).toThrow(ArmError);
  });

  it.each(['0', '-1', 'ten', '1.5'])('refuses $top=%s', (top) => {
    expect(() => pageOf({ $top: top })).toThrow('$top must be a whole number above 0');
  });

  it('never has more than a hundred items', () => {
    expect(pageOf({ $top: '5000' }).limit).toBe(100);
  });
});
