import { expect, it } from 'vitest';
import { readChallenge } from './auth-challenge.js';

const BEARER = { scheme: 'bearer', realm: 'https://auth.example/token', service: 'registry.example', scope: '' };

it.each([
  ['Bearer realm="https://auth.example/token",service="registry.example"', BEARER],
  ['bearer service="registry.example", realm="https://auth.example/token" ,error="invalid_token"', BEARER],
  ['Bearer realm=https://auth.example/token,service=registry.example', BEARER],
  ['Basic realm="x", Bearer realm="https://auth.example/token",service="registry.example"', BEARER],
  [['Basic realm="x"', 'Bearer realm="https://auth.example/token",service="registry.example"'], BEARER],
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    { ...BEARER, scope: 'repository:a/b:pull,push' },
  ],
  ['Basic realm="Bearer realm=\\"https://evil.example\\""', { scheme: 'basic' }],
  ['Basic', { scheme: 'basic' }],
  ['Bearer realm="/token"', undefined],
  ['Bearer realm="https://auth.example/token",service="registry.example",error="left open', BEARER],
  ['Negotiate', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is read', (header, expected) => {
  expect(readChallenge(header)).toEqual(expected);
});

it.each([`Bearer ${'a'.repeat(16_000)}`, `Bearer x="${'\\"'.repeat(8_000)}`, `Bearer ${'"'.repeat(16_000)}`])(
  'nobody keeps the service busy with a long one',
  (header) => {
    const begunAt = performance.now();
    expect(readChallenge(header)).toBeUndefined();
    expect(performance.now() - begunAt).toBeLessThan(400);
  },
);
