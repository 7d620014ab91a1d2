import { expect, test } from 'vitest';
import { isTrustPath, parseTrust } from './trust-route.js';

const HOSTS = ['localhost:5100', 'contoso.registry.localhost'];
const SHA = 'ab'.repeat(32);
const at = (rest: string, gun = 'localhost:5100/team/app') => `/v2/${gun}/_trust/tuf/${rest}`;
const file = (role: string, of: object = {}) => ({ kind: 'file', role, version: undefined, sha256: undefined, ...of });

test.each<[string, string, object, string]>([
  ['GET', 'root.json', file('root'), 'pull'],
  ['GET', '12.root.json', file('root', { version: 12 }), 'pull'],
  ['GET', `targets/a/b.${SHA.toUpperCase()}.json`, file('targets/a/b', { sha256: SHA }), 'pull'],
  ['POST', '', { kind: 'update' }, 'pull,push'],
  ['DELETE', '', { kind: 'delete' }, 'delete'],
  ['GET', 'timestamp.key', { kind: 'key', role: 'timestamp' }, 'pull,push'],
  ['POST', 'snapshot.key', { kind: 'rotate', role: 'snapshot' }, 'pull,push'],
])('%s of "%s" is read, with what it needs', (method, rest, read, needs) => {
  const { needs: needed, ...route } = parseTrust(method, at(rest), HOSTS);
  expect(route).toEqual({
    ...read,
    repository: 'team/app',
    gun: 'localhost:5100/team/app',
    isChange: needs !== 'pull',
  });
  expect(needed).toEqual([{ type: 'repository', name: 'team/app', actions: needs.split(',') }]);
});

test.each([
  ['GET', 'targets.key', 'METADATA_NOT_FOUND'],
  ['GET', 'other.json', 'METADATA_NOT_FOUND'],
  ['GET', 'targets/../root.json', 'METADATA_NOT_FOUND'],
  ['GET', `root.${SHA}00.json`, 'METADATA_NOT_FOUND'],
  ['PUT', 'root.json', 'UNSUPPORTED'],
  ['GET', '', 'UNSUPPORTED'],
  ['DELETE', 'timestamp.key', 'UNSUPPORTED'],
])('%s of "%s" is not served', (method, rest, code) => {
  expect(() => parseTrust(method, at(rest), HOSTS)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['localhost:5101/app', 'INVALID_GUN'],
  ['app', 'INVALID_GUN'],
  ['localhost:5100', 'INVALID_GUN'],
  ['localhost:5100/', 'NAME_INVALID'],
  ['localhost:5100/App', 'NAME_INVALID'],
  ['localhost:5100/a/_trust/tuf', 'NAME_INVALID'],
])('%s is no collection of the registry', (gun, code) => {
  expect(() => parseTrust('GET', at('root.json', gun), HOSTS)).toThrow(expect.objectContaining({ code }));
});

test('any host of the registry will do, in any case, and a path that is escaped', () => {
  expect(parseTrust('GET', at('root.json', 'Contoso.registry.localhost/a'), HOSTS).repository).toBe('a');
  expect(parseTrust('GET', at('root.json', 'localhost%3A5100%2Fa'), HOSTS).gun).toBe('localhost:5100/a');
  expect([at(''), '/v2/a/manifests/_trust', '/acr/v1/a/_trust/tuf/'].map(isTrustPath)).toEqual([true, false, false]);
});
