import { expect, test } from 'vitest';
import { ecdsaKey, EXPIRES, rootOf, signedBy, snapshotOf, targetsOf } from '../../test/support/tuf.js';
import type { Json } from './canonical-json.js';
import { delegationsOf, rootOf as signersOf, snapshotOf as hashesOf } from './tuf-content.js';
import { readTufFile } from './tuf-file.js';
import { isRole } from './tuf-role.js';

const key = ecdsaKey();
const roles = { root: [key], targets: [key], snapshot: [key.key], timestamp: [key.key] };
type Members = Readonly<Record<string, Json>>;

const file = (signed: Json) => Buffer.from(JSON.stringify({ signed, signatures: [] }));
const targets = (other: Members) => file({ ...targetsOf(1), ...other });
const many = Array.from({ length: 65 }, () => ({ keyid: '', method: '', sig: '' }));

test.each<[string, Buffer, string]>([
  ['no JSON', Buffer.from('{'), 'it is not JSON in UTF-8'],
  ['no UTF-8', Buffer.from('"\xff"', 'latin1'), 'it is not JSON in UTF-8'],
  ['no object', Buffer.from('[]'), 'the file is no object'],
  ['nothing signed', Buffer.from('{"signatures":[]}'), 'signed is no object'],
  ['no signatures', Buffer.from(JSON.stringify({ signed: targetsOf(1) })), 'signatures is no list'],
  [
    'too many of them',
    Buffer.from(JSON.stringify({ signed: targetsOf(1), signatures: many })),
    'more than 64 signatures',
  ],
  ['the type of another role', file(snapshotOf(1, {})), '_type is not Targets'],
  ['version 0', targets({ version: 0 }), 'version is no whole number'],
  ['half a version', targets({ version: 1.5 }), 'version is no whole number'],
  ['a time that is none', targets({ expires: '2026' }), 'expires is no time'],
  ['a fraction', targets({ custom: 0.5 }), 'it has no canonical form'],
])('%s is no file of targets', (_, bytes, reason) => {
  expect(() => readTufFile('targets', bytes)).toThrow(reason);
});

const root = (other: (signed: ReturnType<typeof rootOf>) => Members) => {
  const signed = rootOf(1, roles);
  return () => signersOf(readTufFile('root', file({ ...signed, ...other(signed) })));
};
const delegation = { keyids: [key.id], name: 'targets/a', paths: [''], threshold: 1 };
const delegating = (other: Members, keys: Members = {}) => {
  const delegations = {
    keys: { [key.id]: { keytype: 'ecdsa', keyval: { public: '' } }, ...keys },
    roles: [{ ...delegation, ...other }],
  };
  return () => delegationsOf(readTufFile('targets', targets({ delegations })));
};
const meta = { hashes: { sha256: Buffer.alloc(32).toString('base64') }, length: 1 };
const listing = (other: Members) => () =>
  hashesOf(
    readTufFile(
      'snapshot',
      file({ _type: 'Snapshot', expires: EXPIRES, meta: { root: meta, targets: meta, ...other }, version: 1 }),
    ),
  );

test.each<[string, () => unknown, string]>([
  ['a root without a role', root(() => ({ roles: {} })), 'roles.root is no object'],
  ['a role without a key of the root', root(() => ({ keys: {} })), 'names the key'],
  ['a threshold of none', delegating({ threshold: 0 }), 'threshold of'],
  ['a delegation to elsewhere', delegating({ name: 'targets/a/b' }), "no delegation that 'targets' can make"],
  ['a delegation with paths that are none', delegating({ paths: [1] }), "a path of 'targets/a' is no text"],
  [
    'a key of an unknown type',
    delegating({}, { x: { keytype: 'dsa', keyval: { public: '' } } }),
    "'dsa' is no type of key",
  ],
  [
    'a hash that is too short',
    listing({ root: { ...meta, hashes: { sha256: 'AAAA' } } }),
    'meta.root.hashes.sha256 has not 32 bytes',
  ],
  [
    'a file without SHA-256',
    listing({ 'targets/a': { ...meta, hashes: {} } }),
    'meta.targets/a.hashes.sha256 is no text',
  ],
  ['a file of no length', listing({ targets: { ...meta, length: -1 } }), 'meta.targets.length is no number of bytes'],
])('%s is told', (_, read, reason) => {
  expect(read).toThrow(reason);
});

test('what is well-formed is read, also where members are unknown', () => {
  const signed = { ...rootOf(1, roles), more: { deep: [1] } };
  expect(signersOf(readTufFile('root', signedBy([key], signed))).root).toEqual({
    threshold: 1,
    keys: new Map([[key.id, key.key]]),
  });
  expect(delegating({})().get('targets/a')?.threshold).toBe(1);
  expect([...listing({ 'targets/a': meta })().keys()]).toEqual(['root', 'targets', 'targets/a']);
});

test('roles are those of every root, and what is below targets', () => {
  const good = ['root', 'targets', 'snapshot', 'timestamp', 'targets/a', 'targets/a-1/b_2'];
  const bad = [
    '',
    'mirror',
    'target',
    'targets/',
    'targets//a',
    'targets/A',
    'targets/..',
    'root/a',
    `targets/${'a'.repeat(250)}`,
  ];
  expect(good.filter(isRole)).toEqual(good);
  expect(bad.filter(isRole)).toEqual([]);
});
