import { expect, test } from 'vitest';
import { covers, formatScope, isRepositoryName, parseScopes } from './access.js';

const repository = (name: string, ...actions: string[]) => ({ type: 'repository', name, actions });

test.each([
  [[], []],
  [['repository:a/b:pull'], [repository('a/b', 'pull')]],
  [['repository:a:pull,push'], [repository('a', 'pull', 'push')]],
  [
    ['repository:a:pull', 'repository:b:pull,push'],
    [repository('a', 'pull'), repository('b', 'pull', 'push')],
  ],
  [['repository:a:pull repository:a:push'], [repository('a', 'pull', 'push')]],
  [['repository:a:*'], [repository('a', '*')]],
  [['repository(plugin):a:pull'], [repository('a', 'pull')]],
  [['repository:a:metadata_read,delete'], [repository('a', 'metadata_read', 'delete')]],
  [['registry:catalog:*'], [{ type: 'registry', name: 'catalog', actions: ['*'] }]],
  [['registry:None:*'], []],
  [['registry:catalog:pull'], []],
  [['repository:a:fly,pull'], [repository('a', 'pull')]],
  [['repository:a:fly'], []],
  [['repository:a:'], []],
  [['repository:Team/App:pull'], []],
  [['repository:*:pull'], []],
  [['repository:a/../b:pull'], []],
  [['repository:__proto__:pull'], []],
  [['__proto__:a:pull', 'constructor:a:pull'], []],
  [['nonsense', ':::', ''], []],
])('%j asks for %j', (scopes, wanted) => {
  expect(parseScopes(scopes)).toEqual(wanted);
});

test.each([
  [[repository('a', 'pull')], [repository('a', 'pull')], true],
  [[repository('a', 'pull')], [repository('a', 'pull', 'push')], false],
  [[repository('a', 'pull'), repository('a', 'push')], [repository('a', 'pull', 'push')], true],
  [[repository('a', '*')], [repository('a', 'delete')], true],
  [[repository('a', '*')], [repository('b', 'pull')], false],
  [[repository('a', '*')], [repository('a', 'pull'), repository('b', 'pull')], false],
  [[repository('catalog', '*')], [{ type: 'registry', name: 'catalog', actions: ['*'] }], false],
  [[], [], true],
])('%j covers %j: %s', (granted, needed, outcome) => {
  expect(covers(granted, needed)).toBe(outcome);
});

test('a scope is written as it was asked for', () => {
  expect(formatScope(repository('a/b', 'pull', 'push'))).toBe('repository:a/b:pull,push');
});

test('a hostile name is judged in no time', () => {
  const begunAt = performance.now();
  expect(isRepositoryName(`${'a-'.repeat(127)}!`)).toBe(false);
  expect(isRepositoryName('a'.repeat(5_000_000))).toBe(false);
  expect(performance.now() - begunAt).toBeLessThan(50);
});
