import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { givenToken, type GivenToken } from '../support/given-token.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const PULL = ['repositories/a/content/read'];
const REFRESH_USER = '00000000-0000-0000-0000-000000000000';

let edge: Edge;
let given: GivenRegistry;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  given = await edge.registry();
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
});

function client(authorization?: string, { loginServer }: Pick<GivenRegistry, 'loginServer'> = given): OciClient {
  const made = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

async function login({ user, password }: Pick<GivenToken, 'user' | 'password'>, ...scopes: string[]): Promise<Tokens> {
  const query = new URLSearchParams([['offline_token', 'true'], ...scopes.map((scope) => ['scope', scope])]);
  const { status, json } = await client(basic(user, password)).send('GET', `/oauth2/token?${query.toString()}`);
  expect(status).toBe(200);
  return json as Tokens;
}

const bearer = async (token: GivenToken, ...scopes: string[]) =>
  client(`Bearer ${(await login(token, ...scopes)).access_token}`);
const refusal = (message: string) => ({
  status: 401,
  json: { errors: [{ code: 'UNAUTHORIZED', message: expect.stringContaining(message) as string, detail: null }] },
});

describe('a token of the registry', () => {
  test('gets what its scope map gives of what it asks for, and no more', async () => {
    const token = await givenToken(edge, given.registry, [...PULL, 'repositories/team/*/content/write']);
    const { access_token, refresh_token } = await login(
      token,
      'repository:a:pull,push,delete',
      'repository:team/x:push',
      'repository:secret:pull',
      'registry:catalog:*',
    );
    const claims = {
      iss: 'Azure Container Registry',
      sub: token.user,
      aud: given.loginServer,
      version: '1.0',
      rid: given.registry.id,
      login: { kind: 'token', user: token.user, token: { id: token.token.id, name: token.user } },
    };
    expect(decodeJwt(access_token)).toMatchObject({
      ...claims,
      grant_type: 'access_token',
      access: [
        { Type: 'repository', Name: 'a', Actions: ['pull'] },
        { Type: 'repository', Name: 'team/x', Actions: ['push'] },
      ],
    });
    expect(decodeJwt(refresh_token)).toMatchObject({ ...claims, grant_type: 'refresh_token' });
    // Nothing of the password, nor of what is kept of it.
    const [{ hash } = { hash: null }] = token.token.passwords;
    for (const secret of [token.password, hash?.salt, hash?.hash])
      expect(JSON.stringify(decodeJwt(access_token))).not.toContain(secret);
  });

  test('reads where it may read, writes where it may write, deletes where it may delete', async () => {
    const admin = client(`Bearer ${await edge.token(given, 'repository:a:pull,push', 'repository:b:pull,push')}`);
    const { blobs, manifest } = randomImage();
    for (const repository of ['a', 'b']) {
      for (const blob of blobs) expect((await admin.pushBlob(repository, blob)).status).toBe(201);
      expect((await admin.putManifest(repository, 'v1', manifest)).status).toBe(201);
    }
    const may = async (actions: readonly string[], repository: string) => {
      const scopes = [`repository:${repository}:pull,push,delete,metadata_read,metadata_write`];
      const each = await bearer(await givenToken(edge, given.registry, actions), ...scopes);
      const path = `/v2/${repository}`;
      return {
        base: (await each.send('GET', '/v2/')).status,
        tags: (await each.send('GET', `${path}/tags/list`)).status,
        manifest: (await each.send('HEAD', `${path}/manifests/v1`, { headers: { accept: MANIFEST_TYPE } })).status,
        blob: (await each.send('GET', `${path}/blobs/${sha256(blobs[1])}`)).status,
        upload: (await each.send('POST', `${path}/blobs/uploads/`)).status,
        put: (await each.putManifest(repository, 'v2', manifest)).status,
        catalog: (await each.send('GET', '/v2/_catalog')).status,
        // Of what is not there, so that what follows finds the rest.
        delete: (await each.send('DELETE', `${path}/manifests/sha256:${'0'.repeat(64)}`)).status,
      };
    };
    const nothing = {
      base: 200,
      tags: 401,
      manifest: 401,
      blob: 401,
      upload: 401,
      put: 401,
      catalog: 401,
      delete: 401,
    };
    const reads = { ...nothing, tags: 200, manifest: 200, blob: 200 };
    const rights = (...all: string[]) => all.map((right) => `repositories/a/${right}`);
    expect(await may(rights('content/read'), 'a')).toEqual(reads);
    expect(await may(rights('content/read'), 'b')).toEqual(nothing);
    expect(await may(rights('content/write'), 'a')).toEqual(nothing);
    expect(await may(rights('content/read', 'content/write'), 'a')).toEqual({ ...reads, upload: 202, put: 201 });
    expect(await may(rights('content/delete'), 'a')).toEqual({ ...nothing, delete: 404 });
    expect(await may(rights('metadata/read'), 'a')).toEqual({ ...nothing, tags: 200 });
    expect(await may(rights('metadata/write'), 'a')).toEqual(nothing);
  });

  test('mounts a blob only from where it may pull', async () => {
    const admin = client(`Bearer ${await edge.token(given, 'repository:source:pull,push')}`);
    const { blobs } = randomImage();
    expect((await admin.pushBlob('source', blobs[1])).status).toBe(201);
    const mount = `/v2/target/blobs/uploads/?mount=${sha256(blobs[1])}&from=source`;
    const scopes = ['repository:target:pull,push', 'repository:source:pull'];
    const write = ['repositories/target/content/read', 'repositories/target/content/write'];
    const without = await bearer(await givenToken(edge, given.registry, write), ...scopes);
    expect((await without.send('POST', mount)).status).toBe(202);
    expect((await without.send('GET', `/v2/target/blobs/${sha256(blobs[1])}`)).status).toBe(404);
    const both = await givenToken(edge, given.registry, [...write, 'repositories/source/content/read']);
    expect((await (await bearer(both, ...scopes)).send('POST', mount)).status).toBe(201);
    const onlySource = await givenToken(edge, given.registry, ['repositories/source/content/read']);
    expect((await (await bearer(onlySource, ...scopes)).send('POST', mount)).status).toBe(401);
  });

  test('logs in whatever the casing of its name, by the password grant, and by Basic where az sends it', async () => {
    const token = await givenToken(edge, given.registry, PULL);
    const form = { grant_type: 'password', username: token.user.toUpperCase(), password: token.password };
    const body = new URLSearchParams({ ...form, service: given.loginServer, scope: 'repository:a:pull' }).toString();
    const { status, json } = await client().send('POST', '/oauth2/token', { body });
    expect(status).toBe(200);
    expect(decodeJwt((json as Tokens).access_token)).toMatchObject({ sub: token.user });
    const byBasic = client(basic(token.user, token.password));
    expect((await byBasic.send('GET', '/v2/')).status).toBe(200);
    expect((await byBasic.send('GET', '/v2/_catalog')).status).toBe(401);
    expect((await byBasic.send('POST', '/v2/a/blobs/uploads/')).status).toBe(401);
  });

  test('may be called like the registry, and is told from the admin user by its password', async () => {
    const { name } = given.registry;
    const token = await givenToken(edge, given.registry, PULL, { name });
    const scope = 'repository:a:pull,push';
    const kindOf = async (password: string) =>
      (decodeJwt((await login({ user: name, password }, scope)).access_token)['login'] as { kind: string }).kind;
    expect(await kindOf(token.password)).toBe('token');
    expect(await kindOf(given.password)).toBe('admin');
    await token.remove();
  });

  test('goes on with its refresh token, as a grant and as the password of the user of zeros', async () => {
    const token = await givenToken(edge, given.registry, PULL);
    const { refresh_token } = await login(token);
    const form = { grant_type: 'refresh_token', refresh_token, scope: 'repository:a:pull,push' };
    const granted = await client().send('POST', '/oauth2/token', { body: new URLSearchParams(form).toString() });
    expect(granted.status).toBe(200);
    const access = [{ Type: 'repository', Name: 'a', Actions: ['pull'] }];
    expect(decodeJwt((granted.json as Tokens).access_token)).toMatchObject({ access });
    const again = await login({ user: REFRESH_USER, password: refresh_token }, 'repository:a:pull,push');
    expect(decodeJwt(again.access_token)).toMatchObject({ access });
    expect((await client(basic(REFRESH_USER, refresh_token)).send('GET', '/v2/')).status).toBe(200);
  });

  test('opens its own registry alone', async () => {
    const other = await edge.registry();
    const token = await givenToken(edge, given.registry, PULL);
    const { access_token, refresh_token } = await login(token, 'repository:a:pull');
    expect((await client(`Bearer ${access_token}`, other).send('GET', '/v2/')).status).toBe(401);
    expect((await client(basic(REFRESH_USER, refresh_token), other).send('GET', '/v2/')).status).toBe(401);
    expect((await client(basic(token.user, token.password), other).send('GET', '/oauth2/token')).status).toBe(401);
  });
});

describe('refused with the reason', () => {
  const asks = (user: string, password: string) => client(basic(user, password)).send('GET', '/oauth2/token');

  test('a wrong password', async () => {
    const { user } = await givenToken(edge, given.registry, PULL);
    expect(await asks(user, 'wrong')).toMatchObject(refusal(`The password of token '${user}' is wrong`));
  });

  test('a token that is disabled, to those who know its password', async () => {
    const { user, password, change } = await givenToken(edge, given.registry, PULL);
    await change({ status: 'disabled' });
    expect(await asks(user, password)).toMatchObject(refusal(`The token '${user}' is disabled`));
    expect(await asks(user, 'wrong')).toMatchObject(refusal(`The password of token '${user}' is wrong`));
  });

  test('a password that has expired', async () => {
    const expiresAt = new Date(edge.clock.now().getTime() + 60_000);
    const { user, password } = await givenToken(edge, given.registry, PULL, { expiresAt });
    expect((await asks(user, password)).status).toBe(200);
    edge.clock.pass(60);
    expect(await asks(user, password)).toMatchObject(refusal(`expired at ${expiresAt.toISOString()}`));
  });

  test.each(['no\0name', "' or '1'='1", 'x'.repeat(5_000), '\u{1F600}'.repeat(5), '%00', '-'])(
    'a user whose name can be none, such as %j',
    async (user) => {
      for (const path of ['/oauth2/token', '/v2/_catalog'])
        expect((await client(basic(user, 'wrong\0')).send('GET', path)).status).toBe(401);
    },
  );

  test('a service principal that is not there', async () => {
    const id = '6f1d7c5c-6dc1-4d36-9ab3-27e1f2a1a0aa';
    expect(await asks(id, 'wrong')).toMatchObject(refusal(`There is no service principal '${id}' with that secret`));
  });
});
