import { expect, test } from 'vitest';
import { expressionOf, selectionExpression } from './selection.js';

const isMeant = (expression: string, name: string) => new RegExp(expression).test(name);

test.each([
  ['prod/*', ['prod/a', 'prod/a/b', 'prod/'], ['prod', 'preprod/a', 'prod-a/b', 'a/prod/b']],
  ['*', ['a', 'a/b'], []],
  ['v1.*', ['v1.0', 'v1.'], ['v10', 'v1', 'xv1.0']],
  ['*-release', ['a-release', '-release'], ['a-release-1']],
  ['a.b', ['a.b'], ['axb']],
])('the pattern %s means %j and not %j', (pattern, meant, not) => {
  const expression = expressionOf([pattern]);
  expect(meant.filter((name) => !isMeant(expression, name))).toEqual([]);
  expect(not.filter((name) => isMeant(expression, name))).toEqual([]);
});

test('one of several patterns is enough, each of them for the whole name', () => {
  const expression = expressionOf(['a', 'b*']);
  expect(['a', 'b', 'bc', 'ab', 'ac'].filter((name) => isMeant(expression, name))).toEqual(['a', 'b', 'bc']);
});

test('a selection means a tag in a repository, and no pattern reaches from one into the other', () => {
  const expression = selectionExpression([
    { repositories: ['prod/*'], tags: ['v*', 'stable'] },
    { repositories: ['base'], tags: ['*'] },
  ]);
  const names = ['prod/a:v1', 'prod/a:stable', 'base:x', 'prod/a:latest', 'base2:x', 'prod/a:unstable', 'other:v1'];
  expect(names.filter((name) => isMeant(expression, name))).toEqual(names.slice(0, 3));
});
