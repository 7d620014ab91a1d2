import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../src/database/database.js';
import { Secret } from '../../src/secrets/secret.js';
import { matchesHash } from '../../src/secrets/secret-hash.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { until } from '../support/until.js';

interface Password {
  readonly name: string;
  readonly creationTime: string;
  readonly expiry?: string;
  readonly value?: string;
}

interface Generated {
  readonly username: string;
  readonly passwords: readonly Password[];
}

interface TokenAnswer {
  readonly properties: { readonly credentials: { readonly passwords: readonly Password[] } };
}

interface Stored {
  readonly name: string;
  readonly hash: { readonly salt: string; readonly hash: string };
}

const SOON = '2090-06-01T00:00:00.000Z';
const LATER = '2090-12-31T23:59:59.000Z';

describe('passwords of tokens', () => {
  let app: ArmApp;
  let registry: string;
  let made = 0;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  async function givenToken(): Promise<string> {
    const id = `${registry}/tokens/Token-${++made}`;
    const { status } = await app.request('PUT', id, {
      properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` },
    });
    expect(status).toBe(200);
    return id;
  }
  const generate = (body: object) => app.request<Generated>('POST', `${registry}/generateCredentials`, body);
  const patch = (id: string, passwords: unknown) =>
    app.request<TokenAnswer>('PATCH', id, { properties: { credentials: { passwords } } });
  const shown = async (id: string) => (await app.request<TokenAnswer>('GET', id)).body.properties.credentials.passwords;
  const stored = async (id: string) =>
    (await app.sql<{ passwords: Stored[] }>('select passwords from tokens where name = $1', [id.split('/').at(-1)]))[0]!
      .passwords;
  const isStored = async (id: string, name: string, value: string) => {
    const hash = (await stored(id)).find((password) => password.name === name)?.hash;
    return (
      hash !== undefined &&
      matchesHash(new Secret(value), {
        salt: Buffer.from(hash.salt, 'base64'),
        hash: Buffer.from(hash.hash, 'base64'),
      })
    );
  };

  it('are both made, told once and kept as hashes', async () => {
    const id = await givenToken();
    const { status, body } = await generate({ tokenId: id });
    expect([status, body]).toEqual([
      200,
      {
        username: id.split('/').at(-1),
        passwords: ['password1', 'password2'].map((name) => ({
          name,
          creationTime: expect.any(String) as string,
          value: expect.stringMatching(/^[0-9a-f]{52}$/) as string,
        })),
      },
    ]);
    const values = body.passwords.map(({ value }) => value!);
    expect(new Set(values).size).toBe(2);
    const withoutValues = body.passwords.map(({ name, creationTime }) => ({ name, creationTime }));
    expect(await shown(id)).toEqual(withoutValues);
    for (const { name, value } of body.passwords) expect(await isStored(id, name, value!)).toBe(true);
    expect(await isStored(id, 'password1', values[1]!)).toBe(false);

    const answers = [
      await app.request('GET', `${registry}/tokens`),
      await app.request('PATCH', id, { properties: { status: 'disabled' } }),
      await app.request('PUT', id, {
        properties: { scopeMapId: `${registry}/scopeMaps/_repositories_push`, credentials: {} },
      }),
      { body: await app.sql('select passwords from tokens') },
    ];
    for (const value of values) expect(JSON.stringify(answers.map((answer) => answer.body))).not.toContain(value);
    expect(await shown(id)).toEqual(withoutValues);
  });

  it('are replaced one by one, and only the new one is told', async () => {
    const id = await givenToken();
    const [, second] = (await generate({ tokenId: id })).body.passwords;
    const { body } = await generate({ tokenId: id.toUpperCase(), name: 'password1', expiry: LATER });
    expect(body).toEqual({
      username: id.split('/').at(-1),
      passwords: [
        {
          name: 'password1',
          creationTime: expect.any(String) as string,
          expiry: LATER,
          value: expect.any(String) as string,
        },
        { name: 'password2', creationTime: second!.creationTime },
      ],
    });
    expect(await isStored(id, 'password1', body.passwords[0]!.value!)).toBe(true);
    expect(await isStored(id, 'password2', second!.value!)).toBe(true);
  });

  it('stay when a patch names them, and are removed when it does not', async () => {
    const id = await givenToken();
    const [, second] = (await generate({ tokenId: id, expiry: SOON })).body.passwords;
    expect((await patch(id, [{ name: 'password2' }])).body.properties.credentials.passwords).toEqual([
      { name: 'password2', creationTime: second!.creationTime, expiry: SOON },
    ]);
    expect(await isStored(id, 'password2', second!.value!)).toBe(true);
    expect((await patch(id, [{ name: 'password2', expiry: LATER }])).body.properties.credentials.passwords).toEqual([
      { name: 'password2', creationTime: second!.creationTime, expiry: LATER },
    ]);
    expect((await patch(id, [{ name: 'password2', expiry: null }])).body.properties.credentials.passwords).toEqual([
      { name: 'password2', creationTime: second!.creationTime },
    ]);
    expect(await isStored(id, 'password2', second!.value!)).toBe(true);
    expect((await patch(id, [])).body.properties.credentials.passwords).toEqual([]);
    expect(await stored(id)).toEqual([]);
  });

  it('survive a token that is read and written back', async () => {
    const id = await givenToken();
    const { body } = await generate({ tokenId: id, expiry: SOON });
    const before = await app.request<TokenAnswer>('GET', id);
    expect(await app.request('PUT', id, before.body)).toMatchObject({ status: 200, body: before.body });
    for (const { name, value } of body.passwords) expect(await isStored(id, name, value!)).toBe(true);
  });

  it.each([
    [[{ name: 'password1', value: 'of-my-own' }], 'properties.credentials.passwords.0.value'],
    [[{ name: 'password1', expiry: 'tomorrow' }], 'properties.credentials.passwords.0.expiry'],
    [[{ name: 'password1', expiry: '2090-01-01' }], 'properties.credentials.passwords.0.expiry'],
    [[{ name: 'password1', expiry: '2090-01-01T23:59:60Z' }], 'properties.credentials.passwords.0.expiry'],
    [[{ name: 'password1' }, { name: 'password1' }], 'properties.credentials.passwords'],
    [[{ name: 'password2' }], 'properties.credentials.passwords'],
    [null, 'properties.credentials.passwords'],
  ])('that are patched to %j stay as they are', async (passwords, target) => {
    const id = await givenToken();
    await generate({ tokenId: id, name: 'password1' });
    const before = await stored(id);
    expect(await patch(id, passwords)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target } },
    });
    expect(await stored(id)).toEqual(before);
  });

  it('are not made for what is no token of the registry', async () => {
    const other = (await app.given.registry()).path;
    const known = await givenToken();
    const token = known.split('/').at(-1);
    const notHere = { status: 400, body: { error: { code: 'InvalidParameter', target: 'tokenId' } } };
    for (const tokenId of [`${other}/tokens/${token}`, `${registry}/scopeMaps/_repositories_pull`, token, '', registry])
      expect(await generate({ tokenId })).toMatchObject(notHere);
    expect(await generate({ tokenId: `${registry}/tokens/a\u0000bcdef` })).toMatchObject(notHere);
    expect(await generate({ tokenId: `${registry}/tokens/nobody` })).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
    const elsewhere = await app.request('POST', `${registry}gone/generateCredentials`, { tokenId: known });
    expect(elsewhere).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
  });

  it.each([
    [{ tokenId: undefined }, 'tokenId'],
    [{ tokenId: 7 }, 'tokenId'],
    [{ name: 'password3' }, 'name'],
    [{ name: 'password' }, 'name'],
    [{ expiry: 'tomorrow' }, 'expiry'],
    [{ expiry: 7 }, 'expiry'],
    [{ expiry: '2001-01-01T00:00:00Z' }, 'expiry'],
    [{ colour: 'blue' }, 'colour'],
  ])('are not made of %j', async (wrong, target) => {
    const id = await givenToken();
    expect(await generate({ tokenId: id, ...wrong })).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target } },
    });
    expect(await stored(id)).toEqual([]);
  });

  it('are not made in a registry that is being deleted', async () => {
    const { path } = await app.given.registry();
    const id = `${path}/tokens/too-late`;
    await app.request('PUT', id, { properties: { scopeMapId: `${path}/scopeMaps/_repositories_pull` } });
    await app.request('DELETE', path);
    expect(await app.request('POST', `${path}/generateCredentials`, { tokenId: id })).toMatchObject({
      status: 409,
      body: { error: { code: 'OperationInProgress' } },
    });
    await app.settle();
  });

  it('wait for whoever holds the token, and lose nothing of what was written meanwhile', async () => {
    const id = await givenToken();
    const name = id.split('/').at(-1)!;
    const first = (await generate({ tokenId: id, name: 'password1' })).body.passwords[0]!;
    const isWaiting = async () =>
      (await app.sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
        .length > 0;
    const hold: Statement = { name: '', text: 'select passwords from tokens where name = $1 for update' };
    const write: Statement = { name: '', text: `update tokens set passwords = '[]' where name = $1` };
    let asked: ReturnType<typeof generate> | undefined;
    await app.database.transaction(async (tx) => {
      await tx.rows(hold, [name]);
      asked = generate({ tokenId: id, name: 'password2' });
      await until(isWaiting);
      await tx.count(write, [name]);
    });
    const { status, body } = await asked!;
    expect([status, body.passwords.map((password) => password.name)]).toEqual([200, ['password2']]);
    expect(await isStored(id, 'password1', first.value!)).toBe(false);
    expect(await isStored(id, 'password2', body.passwords[0]!.value!)).toBe(true);
  });

  it('are the last ones told, whoever asks at once', async () => {
    const id = await givenToken();
    const names = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'password1' : 'password2'));
    const answers = await Promise.all(names.map((name) => generate({ tokenId: id, name })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const right = await Promise.all(
      answers.map(({ body }, index) =>
        isStored(id, names[index]!, body.passwords.find(({ value }) => value !== undefined)!.value!),
      ),
    );
    expect(names.filter((_, index) => right[index]).toSorted()).toEqual(['password1', 'password2']);
  });
});
