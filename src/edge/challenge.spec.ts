import { expect, test } from 'vitest';
import { challengeOf, unauthorized } from './challenge.js';

const ORIGIN = { base: 'https://localhost:5100', service: 'localhost:5100' };
const PUSH = { type: 'repository', name: 'a/b', actions: ['pull', 'push'] };
const PULL = { type: 'repository', name: 'c', actions: ['pull'] };

test('the challenge of /v2/ is byte for byte what az can read', () => {
  expect(challengeOf(ORIGIN)).toBe('Bearer realm="https://localhost:5100/oauth2/token",service="localhost:5100"');
});

test('the realm is where the client came, the service is the login server', () => {
  expect(challengeOf({ base: 'https://127.0.0.1:5100', service: 'localhost:5100' })).toBe(
    'Bearer realm="https://127.0.0.1:5100/oauth2/token",service="localhost:5100"',
  );
});

test('what is needed and what is wrong follow, still without a blank after a comma', () => {
  expect(challengeOf(ORIGIN, [PUSH])).toBe(
    'Bearer realm="https://localhost:5100/oauth2/token",service="localhost:5100",scope="repository:a/b:pull,push"',
  );
  expect(challengeOf(ORIGIN, [PUSH, PULL], 'insufficient_scope')).toBe(
    'Bearer realm="https://localhost:5100/oauth2/token",service="localhost:5100",' +
      'scope="repository:a/b:pull,push repository:c:pull",error="insufficient_scope"',
  );
});

test('the error names every action that is missing a token', () => {
  expect(unauthorized(ORIGIN)).toMatchObject({
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'authentication required, visit https://aka.ms/acr/authorization for more information.',
    detail: null,
  });
  expect(unauthorized(ORIGIN, [PUSH]).detail).toEqual([
    { Type: 'repository', Name: 'a/b', Action: 'pull' },
    { Type: 'repository', Name: 'a/b', Action: 'push' },
  ]);
});
