import { describe, expect, it } from 'vitest';
import { withScopeAsPath } from './scope-in-path.js';

describe('a scope in a path', () => {
  it.each([
    [
      '/%2Fsubscriptions%2F1%2FresourceGroups%2Fg/providers/p/locks/a',
      '/subscriptions/1/resourceGroups/g/providers/p/locks/a',
    ],
    ['/subscriptions%2f1/providers/p/locks?api-version=1', '/subscriptions/1/providers/p/locks?api-version=1'],
    [
      '/%2FSubscriptions%2F1%2FresourceGroups%2Fa%20b?x=%2Fsubscriptions%2F2',
      '/Subscriptions/1/resourceGroups/a%20b?x=%2Fsubscriptions%2F2',
    ],
  ])('of one segment, %s, is taken apart', (sent, path) => {
    expect(withScopeAsPath(sent)).toBe(path);
  });

  it.each([
    '/subscriptions/1/tagNames/a/tagValues/b%2Fc?api-version=1',
    '/subscriptions/1?$filter=%2Fsubscriptions%2F2',
    '/%2F%2Fsubscriptions%2F1/x',
    '/?x=/%2Fsubscriptions%2F1',
    '/',
  ])('that is none, as in %s, stays as it was sent', (sent) => {
    expect(withScopeAsPath(sent)).toBe(sent);
  });
});
