import { expect, test } from 'vitest';
import { hostOnPort, isRegistryHost, keyOfHost } from './registry-host.js';

const SUFFIX = '.azurecr.localhost';

test.each([
  ['contoso.azurecr.localhost', true, 'contoso'],
  ['contoso.azurecr.localhost:8443', true, 'contoso'],
  ['Contoso.AZURECR.localhost:8443', true, 'contoso'],
  ['contoso.azurecr.localhost.', true, 'contoso'],
  ['a.b.azurecr.localhost', true, undefined],
  ['abc.azurecr.localhost', true, undefined],
  ['.azurecr.localhost', true, undefined],
  ['con"toso.azurecr.localhost', true, undefined],
  ['localhost:8443', false, undefined],
  ['azurecr.localhost', false, undefined],
  ['contoso.azurecr.localhost.evil.example', false, undefined],
  ['contoso.azurecr.localhost@evil.example', false, undefined],
  ['', false, undefined],
  [undefined, false, undefined],
])('the host %s names a registry: %s, namely %s', (host, isRegistry, key) => {
  expect(isRegistryHost(host, SUFFIX)).toBe(isRegistry);
  expect(keyOfHost(host, SUFFIX)).toBe(key);
});

test.each([
  ['localhost:5100', 'localhost:5100'],
  ['127.0.0.1:5100', '127.0.0.1:5100'],
  ['[::1]:5100', '[::1]:5100'],
  ['Registry.LAN:5100', 'registry.lan:5100'],
  ['localhost:6000', undefined],
  ['localhost', undefined],
  ['local"host:5100', undefined],
  ['a,b:5100', undefined],
  [undefined, undefined],
])('a client of port 5100 that wrote %s can come back to %s', (host, expected) => {
  expect(hostOnPort(host, 5100)).toBe(expected);
});
