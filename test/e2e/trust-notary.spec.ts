import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientCertificate } from '../support/certificate.js';
import { hasNotary, notary, type Notary } from '../support/notary.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const isThere = hasNotary();

describe.skipIf(!isThere)(`notary, unmodified${isThere ? '' : ': there is none on PATH'}`, () => {
  let edge: Edge;
  let given: GivenRegistry;
  let gun: string;
  let signer: Notary;
  const users: Notary[] = [];

  beforeAll(async () => {
    edge = await openEdge();
    // The client goes by its own clock.
    edge.clock.pass((Date.now() - edge.clock.now().getTime()) / 1000);
    given = await edge.registry();
    await setPolicy('enabled');
    gun = `${given.loginServer}/team/app`;
    signer = await user();
    await writeFile(join(signer.folder, 'artifact'), 'what is signed');
  });
  afterAll(async () => {
    await Promise.all(users.map((each) => each.close()));
    await edge?.close();
  });

  const setPolicy = (status: 'enabled' | 'disabled') =>
    edge.change(given.registry, {
      policies: { ...given.registry.policies, trustPolicy: { type: 'Notary', status } },
    });

  async function user(credentials = `${given.user}:${given.password}`): Promise<Notary> {
    const made = await notary(given.loginServer, join(edge.certFolder, 'ca.crt'), credentials);
    users.push(made);
    return made;
  }

  const artifact = () => join(signer.folder, 'artifact');
  const newest = async (role: string) =>
    (await edge.sql<{ version: number }>('select max(version) as version from trust_files where role = $1', [role]))[0]
      ?.version;

  /** Names and roles of the targets that somebody sees who knows nothing of the collection yet. */
  async function seen(): Promise<readonly (readonly string[])[]> {
    const { text } = await (await user()).run('list', gun);
    return [...text.matchAll(/^\s*(\S+)\s+[0-9a-f]{64}\s+\d+\s+(\S+)\s*$/gm)].map(([, ...row]) => row);
  }

  async function done(who: Notary, ...args: string[]): Promise<void> {
    const { code, text } = await who.run(...args);
    expect({ code, text }).toEqual({ code: 0, text });
  }

  test('makes a collection, publishes a target, and others list and verify it', async () => {
    await done(signer, 'init', gun);
    await done(signer, 'add', gun, 'v1', artifact());
    await done(signer, 'publish', gun);
    expect(await seen()).toEqual([['v1', 'targets']]);
    const other = await user();
    await done(other, 'verify', gun, 'v1', '-i', artifact());
    await writeFile(join(other.folder, 'other'), 'what is not signed');
    expect(await other.run('verify', gun, 'v1', '-i', join(other.folder, 'other'))).toMatchObject({
      code: 1,
      text: expect.stringContaining('data not present in the trusted collection') as string,
    });
  });

  test('gives the key of the snapshot to the service, which signs what comes next', async () => {
    await done(signer, 'key', 'rotate', gun, 'snapshot', '-r');
    const [root, snapshot] = [await newest('root'), await newest('snapshot')];
    expect(root).toBe(2);
    await done(signer, 'add', gun, 'v2', artifact(), '-p');
    expect([await newest('root'), await newest('snapshot')]).toEqual([root, (snapshot ?? 0) + 1]);
    expect(await seen()).toEqual([
      ['v1', 'targets'],
      ['v2', 'targets'],
    ]);
  });

  test('renews the root with another root key, and the key of the timestamp', async () => {
    await done(signer, 'key', 'rotate', gun, 'timestamp', '-r');
    await done(signer, 'key', 'rotate', gun, 'root');
    expect(await newest('root')).toBe(4);
    expect((await seen()).length).toBe(2);
  });

  test('delegates to somebody with keys of an own, who signs without the others', async () => {
    const { certificate, privateKey } = await clientCertificate();
    const [certFile, keyFile] = [join(signer.folder, 'cert.pem'), join(signer.folder, 'key.pem')];
    await writeFile(certFile, certificate);
    await writeFile(keyFile, privateKey);
    await done(signer, 'delegation', 'add', gun, 'targets/releases', certFile, '--all-paths', '-p');
    const delegate = await user();
    await copyFile(keyFile, join(delegate.folder, 'key.pem'));
    await done(delegate, 'key', 'import', join(delegate.folder, 'key.pem'), '-r', 'user');
    await done(delegate, 'add', gun, 'v3', artifact(), '-r', 'targets/releases', '-p');
    expect(await seen()).toContainEqual(['v3', 'targets/releases']);
  });

  test('removes a target and publishes again', async () => {
    await done(signer, 'remove', gun, 'v1', '-p');
    expect(await seen()).toEqual([
      ['v2', 'targets'],
      ['v3', 'targets/releases'],
    ]);
  });

  test('is told that the policy is off, and finds everything again when it is on', async () => {
    await setPolicy('disabled');
    const refused = {
      code: 1,
      text: expect.stringContaining(`trustPolicy.status of registry '${given.user}'`) as string,
    };
    expect(await signer.run('add', gun, 'v4', artifact(), '-p')).toMatchObject(refused);
    expect(await (await user()).run('list', gun)).toMatchObject(refused);
    await setPolicy('enabled');
    expect((await seen()).length).toBe(2);
  });

  test('is refused with a wrong password', async () => {
    expect(await (await user(`${given.user}:wrong`)).run('list', gun)).toMatchObject({
      code: 1,
      text: expect.stringContaining('unauthorized') as string,
    });
  });

  test('deletes a collection', async () => {
    await done(signer, 'delete', gun, '--remote');
    expect(await (await user()).run('list', gun)).toMatchObject({
      code: 1,
      text: expect.stringContaining('does not have trust data') as string,
    });
    expect(await edge.sql('select 1 from trust_files union all select 1 from trust_keys')).toEqual([]);
  });
});
