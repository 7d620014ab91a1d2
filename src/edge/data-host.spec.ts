import { describe, expect, test } from 'vitest';
import { dataBaseOf, dataHostOf } from './data-host.js';

test.each([
  ['demo1.eastus.data.azurecr.localhost:8443', { key: 'demo1', region: 'eastus', domain: 'azurecr.localhost:8443' }],
  ['Demo1.EastUS.data.localhost:5100', { key: 'demo1', region: 'eastus', domain: 'localhost:5100' }],
  ['demo1.eastus.data.cr.example.com', { key: 'demo1', region: 'eastus', domain: 'cr.example.com' }],
  ['demo1.azurecr.localhost:8443', undefined],
  ['demo1.data.example.com', undefined],
  ['demo1.eastus.data.', undefined],
  ['demo.eastus.data.example.com', undefined],
  ['de"mo1.eastus.data.example.com', undefined],
  ['demo1.eastus.data.example.com@evil.example', undefined],
  ['x.demo1.eastus.data.example.com', undefined],
  ['localhost:5100', undefined],
  ['', undefined],
  [undefined, undefined],
])('the host %s is of the data endpoint %j', (host, expected) => {
  expect(dataHostOf(host)).toEqual(expected);
});

describe('a client that reached the login server', () => {
  const baseFor = (base: string, isIpv6 = false) =>
    dataBaseOf({ base, key: 'demo1', region: 'eastus', suffix: '.azurecr.localhost', isIpv6 });

  test.each([
    ['https://demo1.azurecr.localhost:8443', 'https://demo1.eastus.data.azurecr.localhost:8443'],
    ['http://demo1.azurecr.localhost', 'http://demo1.eastus.data.azurecr.localhost'],
    ['https://localhost:5100', 'https://127.0.0.1:5100'],
    ['https://127.0.0.1:5100', 'https://127.0.0.1:5100'],
    ['https://registry.lan:5100', 'https://registry.lan:5100'],
    ['https://demo1.azurecr.localhost.evil.example', 'https://demo1.azurecr.localhost.evil.example'],
  ])('at %s gets blobs from %s', (base, expected) => {
    expect(baseFor(base)).toBe(expected);
  });

  test('at localhost over IPv6 gets blobs over IPv6', () => {
    expect(baseFor('https://localhost:5100', true)).toBe('https://[::1]:5100');
  });
});
