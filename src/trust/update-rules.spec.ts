import { beforeAll, describe, expect, test } from 'vitest';
import {
  ecdsaKey,
  ed25519Key,
  EXPIRES,
  rootKey,
  rootOf,
  rsaKey,
  signedBy,
  snapshotOf,
  targetsOf,
  type Roles,
  type SigningKey,
} from '../../test/support/tuf.js';
import type { JsonObject } from './canonical-json.js';
import { newServerKey, type ServerKey } from './server-keys.js';
import { snapshotOf as hashesIn } from './tuf-content.js';
import { hashesOf, readTufFile, type TufFile } from './tuf-file.js';
import { wireKey } from './tuf-key.js';
import { acceptUpdate, type CurrentFiles } from './update-rules.js';

const GUN = 'localhost:5100/team/app';
const NOW = new Date();
const EMPTY: CurrentFiles = { files: new Map(), versions: new Map() };

let root: SigningKey;
let otherRoot: SigningKey;
const targets = ecdsaKey();
const snapshot = ecdsaKey();
const timestampKey = newServerKey('timestamp');
const snapshotKey = newServerKey('snapshot');
const held: readonly ServerKey[] = [timestampKey, snapshotKey];

beforeAll(async () => {
  root = await rootKey(GUN);
  otherRoot = await rootKey(GUN);
});

const roles = (other: Partial<Roles> = {}): Roles => ({
  root: [root],
  targets: [targets],
  snapshot: [snapshotKey.key],
  timestamp: [timestampKey.key],
  ...other,
});

type Sent = Readonly<Record<string, Buffer>>;

const first = (other: Partial<Roles> = {}): Sent => ({
  root: signedBy([root], rootOf(1, roles(other))),
  targets: signedBy([targets], targetsOf(1)),
});

function accept(sent: Sent, current = EMPTY, place = {}): readonly TufFile[] {
  const files = new Map(Object.entries(sent).map(([role, bytes]) => [role, readTufFile(role, bytes)]));
  return acceptUpdate(current, files, { guns: [GUN], keys: held, now: NOW, ...place });
}

/** What there is after these updates. */
function after(...updates: readonly Sent[]): CurrentFiles {
  return updates.reduce<CurrentFiles>((current, sent) => {
    const stored = accept(sent, current).map((file) => [file.role, file] as const);
    const files = new Map([...current.files, ...stored]);
    return { files, versions: new Map([...files.values()].map(({ role, version }) => [role, version])) };
  }, EMPTY);
}

/** How it is refused. */
function refusal(sent: Sent, current?: CurrentFiles, place?: object): readonly [string, string, string] {
  try {
    accept(sent, current, place);
  } catch (error) {
    const { code, fault, reason } = error as { code: string; fault: string; reason: string };
    return [code, fault, reason];
  }
  return ['', '', 'it was accepted'];
}

const bad = (fault: string, reason: RegExp) => ['INVALID_UPDATE', fault, expect.stringMatching(reason) as string];
const BAD_SIGNATURE = bad('ErrBadTargets', /^'targets' is not signed with as many of its keys as are asked for\.$/);

describe('an update', () => {
  test('that begins a collection is completed by the snapshot and the timestamp of the service', () => {
    const stored = accept(first());
    expect(stored.map(({ role, version }) => [role, version])).toEqual([
      ['root', 1],
      ['targets', 1],
      ['snapshot', 1],
      ['timestamp', 1],
    ]);
    const [rootFile, targetsFile, snapshotFile] = stored;
    const { root: listedRoot, targets: listedTargets } = Object.fromEntries(hashesIn(snapshotFile!));
    expect([listedRoot, listedTargets]).toEqual([rootFile, targetsFile].map((file) => hashesOf(file!.bytes)));
  });

  test('that brings a new version of targets is followed by a new snapshot, which keeps the rest', () => {
    const current = after(first());
    const stored = accept({ targets: signedBy([targets], targetsOf(2, { v1: Buffer.from('x') })) }, current);
    expect(stored.map(({ role, version }) => [role, version])).toEqual([
      ['targets', 2],
      ['snapshot', 2],
      ['timestamp', 2],
    ]);
    expect(hashesIn(stored[1]!).get('root')).toEqual(hashesOf(current.files.get('root')!.bytes));
  });

  test('without a root is nothing to begin with', () => {
    const { targets: bytes } = first();
    expect(refusal({ targets: bytes! })).toEqual(bad('ErrValidation', /^the collection has no root yet/));
    expect(refusal({ root: first()['root']! })).toEqual(bad('ErrBadTargets', /^the collection has no targets/));
  });

  test.each([
    ['a changed text', () => tampered(signedBy([targets], targetsOf(2)), (signed) => ({ ...signed, version: 3 }))],
    ['another key', () => signedBy([ecdsaKey()], targetsOf(2))],
    ['another key under the id of the right one', () => signedBy([{ ...ecdsaKey(), id: targets.id }], targetsOf(2))],
    ['no signature', () => signedBy([], targetsOf(2))],
    ['the right key and a method of others', () => signedBy([{ ...targets, method: 'rsapss' }], targetsOf(2))],
  ])('with %s is refused', (_, bytes) => {
    expect(refusal({ targets: bytes() }, after(first()))).toEqual(BAD_SIGNATURE);
  });

  test.each([
    ['ed25519', ed25519Key()],
    ['RSA by PSS', rsaKey()],
    ['RSA by PKCS #1', rsaKey(2048, false)],
  ])('is signed by %s as well', (_, key) => {
    const sent = { ...first({ targets: [key] }), targets: signedBy([key], targetsOf(1)) };
    expect(accept(sent).map(({ role }) => role)).toContain('targets');
    expect(refusal({ ...sent, targets: signedBy([targets], targetsOf(1)) })).toEqual(BAD_SIGNATURE);
  });

  test('is not signed by a method that is not for keys of that type', () => {
    const key = { ...rsaKey(2048, false), method: 'ecdsa' };
    expect(refusal({ ...first({ targets: [key] }), targets: signedBy([key], targetsOf(1)) })).toEqual(BAD_SIGNATURE);
  });

  test('is not signed by a key that a root gives an id of its own', () => {
    const named = { ...ecdsaKey(), id: 'ab'.repeat(32) };
    const { keys, roles: of, ...rest } = rootOf(1, roles({ targets: [named] }));
    const given = {
      ...rest,
      keys: { ...(keys as JsonObject), [named.id]: wireKey(named.key) },
      roles: { ...(of as JsonObject), targets: { keyids: [named.id], threshold: 1 } },
    };
    const sent = { root: signedBy([root], given), targets: signedBy([named], targetsOf(1)) };
    expect(refusal(sent)).toEqual(BAD_SIGNATURE);
  });

  test('is not signed by a key that is too short', () => {
    const key = rsaKey(1024);
    expect(refusal({ ...first({ targets: [key] }), targets: signedBy([key], targetsOf(1)) })).toEqual(BAD_SIGNATURE);
  });

  test.each([1, 2])('with version %i again comes too late', (version) => {
    const two = { targets: signedBy([targets], targetsOf(2)) };
    expect(refusal({ targets: signedBy([targets], targetsOf(version)) }, after(first(), two))).toEqual([
      'VERSION',
      'ErrValidation',
      `targets has version 2 already; version ${version} comes too late.`,
    ]);
  });

  test('that has expired is refused', () => {
    const now = new Date(Date.parse(EXPIRES) + 1);
    const two = { targets: signedBy([targets], targetsOf(2)) };
    expect(refusal(two, after(first()), { now })).toEqual(bad('ErrBadTargets', /^'targets' expired on /));
    expect(refusal(first(), EMPTY, { now })).toEqual(bad('ErrBadRoot', /expired on /));
  });
});

describe('a snapshot of the client', () => {
  const own = (): Sent => first({ snapshot: [snapshot.key] });
  const snapshotFor = (version: number, files: Sent, key = snapshot) => signedBy([key], snapshotOf(version, files));

  test('is taken with what it says, and a timestamp is put over it', () => {
    const sent = own();
    const stored = accept({ ...sent, snapshot: snapshotFor(1, sent) });
    expect(stored.map(({ role }) => role)).toEqual(['root', 'targets', 'snapshot', 'timestamp']);
  });

  test('has to come where the service does not hold the key', () => {
    expect(refusal(own())).toEqual(bad('ErrBadHierarchy', /^no snapshot came with it/));
    expect(
      refusal(own(), EMPTY, { keys: [timestampKey, { ...snapshotKey, id: snapshot.id, role: 'timestamp' }] }),
    ).toEqual(bad('ErrBadHierarchy', /^no snapshot came with it/));
  });

  test('has the hash of every file, and the right one', () => {
    const sent = own();
    const { root: rootBytes, targets: targetsBytes } = sent;
    const wrong = { ...sent, targets: Buffer.from('other') };
    expect(refusal({ ...sent, snapshot: snapshotFor(1, { root: rootBytes! }) })).toEqual(
      bad('ErrBadSnapshot', /^meta\.targets is missing/),
    );
    expect(refusal({ ...sent, snapshot: snapshotFor(1, { targets: targetsBytes! }) })).toEqual(
      bad('ErrBadSnapshot', /^meta\.root is missing/),
    );
    expect(refusal({ ...sent, snapshot: snapshotFor(1, wrong) })).toEqual(
      bad('ErrBadSnapshot', /^its hash of 'targets' is missing, or that of another file/),
    );
  });

  test('has those of files that are there already, and of delegations', () => {
    const key = ecdsaKey();
    const sent = { ...own(), targets: signedBy([targets], targetsOf(1, {}, [{ name: 'targets/a', keys: [key] }])) };
    const current = after({ ...sent, snapshot: snapshotFor(1, sent) });
    const more = { 'targets/a': signedBy([key], targetsOf(1)) };
    expect(refusal({ ...more, snapshot: snapshotFor(2, sent) }, current)).toEqual(
      bad('ErrBadSnapshot', /^its hash of 'targets\/a' is missing/),
    );
    expect(accept({ ...more, snapshot: snapshotFor(2, { ...sent, ...more }) }, current).length).toBe(3);
  });

  test('is signed by its key', () => {
    const sent = own();
    expect(refusal({ ...sent, snapshot: snapshotFor(1, sent, targets) })).toEqual(
      bad('ErrBadSnapshot', /^'snapshot' is not signed/),
    );
  });
});

describe('a new root', () => {
  const next = (keys: readonly SigningKey[], version = 2, own: readonly SigningKey[] = [otherRoot]): Sent => ({
    root: signedBy(keys, rootOf(version, roles({ root: own }))),
  });

  test('is signed by the keys before it and by its own', () => {
    const current = after(first());
    expect(accept(next([root, otherRoot]), current).map(({ role }) => role)).toEqual(['root', 'snapshot', 'timestamp']);
    expect(refusal(next([otherRoot]), current)).toEqual(bad('ErrBadRoot', /keys of the root before it/));
    expect(refusal(next([root]), current)).toEqual(bad('ErrBadRoot', /its own root keys/));
  });

  test('follows the one before it by one', () => {
    const current = after(first());
    expect(refusal(next([root, otherRoot], 3), current)).toEqual(bad('ErrBadRoot', /is one more than 1, and not 3/));
    expect(refusal(next([root, otherRoot], 1), current)[0]).toBe('VERSION');
    expect(refusal({ ...first(), root: signedBy([root], rootOf(2, roles())) })).toEqual(
      bad('ErrBadRoot', /is one more/),
    );
  });

  test('is signed by as many as it asks for, each counted once', () => {
    const sent = (...keys: SigningKey[]) => ({
      ...first(),
      root: signedBy(keys, rootOf(1, roles({ root: [root, otherRoot] }), 2)),
    });
    expect(refusal(sent(root, root))).toEqual(bad('ErrBadRoot', /its own root keys/));
    expect(accept(sent(root, otherRoot)).length).toBe(4);
  });

  test('has certificates in force that name the collection', async () => {
    const of = async (key: SigningKey) => ({ ...first(), root: signedBy([key], rootOf(1, roles({ root: [key] }))) });
    const unnamed = bad(
      'ErrBadRoot',
      /^none of its keys is a certificate in force that is named 'localhost:5100\/team\/app'/,
    );
    expect(refusal(await of(await rootKey('localhost:5100/team/other')))).toEqual(unnamed);
    expect(refusal(await of(await rootKey('localhost:5101/team/app')))).toEqual(unnamed);
    expect(refusal(await of(await rootKey(GUN, new Date(NOW.getTime() - 1_000))))).toEqual(unnamed);
    expect(refusal(await of(ecdsaKey()))).toEqual(unnamed);
    expect(accept(await of(await rootKey('localhost:5100/team/*'))).length).toBe(4);
  });

  test('names a timestamp key that the service holds', () => {
    expect(refusal(first({ timestamp: [ecdsaKey().key] }))).toEqual(bad('ErrBadRoot', /^its timestamp key is none/));
  });
});

describe('a delegation', () => {
  const [a, b] = [ecdsaKey(), ecdsaKey()];
  const delegating = (version: number, ...names: string[]) =>
    signedBy(
      [targets],
      targetsOf(
        version,
        {},
        names.map((name) => ({ name, keys: [a] })),
      ),
    );

  test('is taken when what is above it delegates, and when that comes with it', () => {
    const below = signedBy([a], targetsOf(1, {}, [{ name: 'targets/a/b', keys: [b] }]));
    const sent = {
      'targets/a/b': signedBy([b], targetsOf(1)),
      'targets/a': below,
      targets: delegating(2, 'targets/a'),
    };
    const stored = accept(sent, after(first()));
    expect(stored.map(({ role }) => role)).toEqual(['targets/a/b', 'targets/a', 'targets', 'snapshot', 'timestamp']);
    expect([...hashesIn(stored[3]!).keys()].toSorted()).toEqual(['root', 'targets', 'targets/a', 'targets/a/b']);
  });

  test('is nothing where nobody delegates to it, at any depth', () => {
    const current = after(first(), { targets: delegating(2, 'targets/a') });
    const nothing = bad('ErrBadTargets', /^nothing delegates to /);
    expect(refusal({ 'targets/b': signedBy([a], targetsOf(1)) }, current)).toEqual(nothing);
    const below = signedBy([a], targetsOf(1, {}, [{ name: 'targets/a/b', keys: [b] }]));
    const without = after(
      first(),
      { targets: delegating(2, 'targets/a') },
      { 'targets/a': below },
      { targets: delegating(3) },
    );
    expect(refusal({ 'targets/a/b': signedBy([b], targetsOf(1)) }, without)).toEqual(nothing);
  });

  test('is signed by its own keys, and not by those above it', () => {
    const current = after(first(), { targets: delegating(2, 'targets/a') });
    expect(refusal({ 'targets/a': signedBy([targets], targetsOf(1)) }, current)).toEqual(
      bad('ErrBadTargets', /^'targets\/a' is not signed/),
    );
  });

  test('is made by the role right above it', () => {
    expect(refusal({ targets: delegating(2, 'targets/a/b') }, after(first()))).toEqual(
      bad('ErrBadTargets', /^'targets\/a\/b' is no delegation that 'targets' can make/),
    );
  });
});

function tampered(file: Buffer, change: (signed: JsonObject) => JsonObject): Buffer {
  const read = JSON.parse(file.toString()) as { signed: JsonObject };
  return Buffer.from(JSON.stringify({ ...read, signed: change(read.signed) }));
}
