import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';

let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

function clientOf({ loginServer }: Pick<GivenRegistry, 'loginServer'>, authorization?: string): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(client);
  return client;
}

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
}

async function withToken(given: GivenRegistry, ...scopes: string[]): Promise<OciClient> {
  return clientOf(given, `Bearer ${await edge.token(given, ...scopes)}`);
}

const oneError = (code: string, message: unknown = expect.any(String), detail: unknown = null) => ({
  errors: [{ code, message, detail }],
});

describe('the challenge', () => {
  test('of /v2/ is byte for byte what clients expect', async () => {
    const given = await edge.registry();
    const { status, headers, json } = await clientOf(given).send('GET', '/v2/');
    expect({ status, json }).toEqual({
      status: 401,
      json: oneError(
        'UNAUTHORIZED',
        'authentication required, visit https://aka.ms/acr/authorization for more information.',
      ),
    });
    expect(headers).toMatchObject({
      'www-authenticate': `Bearer realm="https://${given.loginServer}/oauth2/token",service="${given.loginServer}"`,
      'docker-distribution-api-version': 'registry/2.0',
    });
  });

  test('is the same when anonymous pull is allowed', async () => {
    const given = await edge.registry({ anonymousPullEnabled: true });
    expect((await clientOf(given).send('GET', '/v2/')).status).toBe(401);
  });

  test.each(['127.0.0.1', '[::1]'])('leads a client that came by %s back there', async (host) => {
    const { port, loginServer } = await edge.registry();
    const { headers } = await clientOf({ loginServer: `${host}:${port}` }).send('GET', '/v2/');
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="https://${host}:${port}/oauth2/token",service="${loginServer}"`,
    );
  });

  test('leads a client that came by host name back there', async () => {
    const { registry, loginServer } = await edge.registry();
    const host = `${registry.name}${edge.config.loginServerSuffix}:${edge.mainPort}`;
    const client = clientOf({ loginServer: `localhost:${edge.mainPort}` });
    const { status, headers } = await client.send('GET', '/v2/', { headers: { host } });
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      `Bearer realm="https://${host.toLowerCase()}/oauth2/token",service="${loginServer}"`,
    ]);
  });

  test('names the scope that a request needs', async () => {
    const given = await edge.registry();
    const { headers, json } = await clientOf(given).send('PUT', '/v2/a/b/manifests/v1');
    expect(headers['www-authenticate']).toMatch(/,scope="repository:a\/b:pull,push"$/);
    expect(json).toEqual(
      oneError('UNAUTHORIZED', expect.any(String), [
        { Type: 'repository', Name: 'a/b', Action: 'pull' },
        { Type: 'repository', Name: 'a/b', Action: 'push' },
      ]),
    );
  });
});

describe('a token', () => {
  test('says for whom, for which registry, for what and how long it is', async () => {
    const given = await edge.registry();
    const client = clientOf(given, basic(given.user, given.password));
    const { status, headers, json } = await client.send(
      'GET',
      `/oauth2/token?account=${given.user}&service=${given.loginServer}&scope=repository:a:pull,push&client_id=docker&offline_token=true`,
    );
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    const answer = json as TokenAnswer;
    const issuedAt = edge.clock.now();
    expect(answer).toEqual({
      access_token: expect.any(String) as string,
      token: answer.access_token,
      refresh_token: expect.any(String) as string,
      expires_in: 4500,
      issued_at: issuedAt.toISOString(),
    });
    const now = issuedAt.getTime() / 1000;
    const claims = {
      iss: 'Azure Container Registry',
      version: '1.0',
      permissions: {
        Actions: [
          'read',
          'write',
          'delete',
          'metadata/read',
          'metadata/write',
          'deleted/read',
          'deleted/restore/action',
        ],
        NotActions: [],
      },
      roles: [],
      sub: given.user,
      aud: given.loginServer,
      iat: now,
      nbf: now - 60,
      jti: expect.any(String) as string,
      rid: given.registry.id,
      login: { kind: 'admin', user: given.user, password: { name: 'password', version: 1 } },
    };
    expect(decodeProtectedHeader(answer.access_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(decodeJwt(answer.access_token)).toEqual({
      ...claims,
      exp: now + 4500,
      grant_type: 'access_token',
      access: [{ Type: 'repository', Name: 'a', Actions: ['pull', 'push'] }],
    });
    expect(decodeJwt(answer.refresh_token ?? '')).toEqual({
      ...claims,
      exp: now + 11_700,
      grant_type: 'refresh_token',
    });
  });

  test('opens /v2/, and odd scopes are answered with what is left of them', async () => {
    const given = await edge.registry();
    const token = await edge.token(given, 'registry:None:*', 'repository:a:pull', 'repository:B:pull');
    expect(decodeJwt(token)['access']).toEqual([{ Type: 'repository', Name: 'a', Actions: ['pull'] }]);
    const { status, json } = await clientOf(given, `Bearer ${token}`).send('GET', '/v2/');
    expect({ status, json }).toEqual({ status: 200, json: {} });
  });

  test('comes from the password grant and from the refresh token of one', async () => {
    const given = await edge.registry();
    const client = clientOf(given);
    const post = (form: Record<string, string>) =>
      client.send('POST', '/oauth2/token', { body: new URLSearchParams(form).toString() });
    const first = await post({
      grant_type: 'password',
      username: given.user,
      password: given.password,
      service: given.loginServer,
      access_type: 'offline',
    });
    const { refresh_token = '' } = first.json as TokenAnswer;
    const second = await post({ grant_type: 'refresh_token', refresh_token, scope: 'repository:a:pull' });
    expect([first.status, second.status]).toEqual([200, 200]);
    const { access_token } = second.json as TokenAnswer;
    expect((await clientOf(given, `Bearer ${access_token}`).send('GET', '/v2/a/tags/list')).status).toBe(404);
    // Neither kind passes for the other.
    expect((await clientOf(given, `Bearer ${refresh_token}`).send('GET', '/v2/')).status).toBe(401);
    expect((await post({ grant_type: 'refresh_token', refresh_token: access_token })).status).toBe(401);
  });

  test('of one registry is refused by another, and by one that comes to have its port', async () => {
    const [one, other] = [await edge.registry(), await edge.registry()];
    const token = await edge.token(one);
    const refused = await clientOf(other, `Bearer ${token}`).send('GET', '/v2/');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      `Bearer realm="https://${other.loginServer}/oauth2/token",service="${other.loginServer}",error="invalid_token"`,
    ]);
    await edge.sql('update login_ports set registry_id = null where port = $1', [one.port]);
    await edge.sql('update login_ports set registry_id = null where registry_id = $1', [other.registry.id]);
    await edge.sql('update login_ports set registry_id = $2 where port = $1', [one.port, other.registry.id]);
    await edge.change(other.registry, { tags: { moved: 'yes' } });
    const client = clientOf(one, `Bearer ${token}`);
    await expect
      .poll(async () => (await client.send('GET', '/v2/')).status, { timeout: 10_000, interval: 20 })
      .toBe(401);
  });

  test('ends with its time', async () => {
    const given = await edge.registry();
    const client = await withToken(given);
    expect((await client.send('GET', '/v2/')).status).toBe(200);
    edge.clock.pass(4500);
    expect((await client.send('GET', '/v2/')).status).toBe(401);
  });

  test.each(['x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'Basic x'])('%s is none', async (token) => {
    const given = await edge.registry();
    expect((await clientOf(given, `Bearer ${token}`).send('GET', '/v2/')).status).toBe(401);
  });

  test('covers only what it was asked for', async () => {
    const given = await edge.registry();
    const client = await withToken(given, 'repository:a:pull');
    const { status, headers, json } = await client.send('POST', '/v2/a/blobs/uploads/');
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/,scope="repository:a:pull,push",error="insufficient_scope"$/);
    expect(json).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
    expect((await client.send('GET', '/v2/b/tags/list')).status).toBe(401);
    expect((await client.send('GET', '/v2/_catalog')).status).toBe(401);
    expect((await client.send('DELETE', `/v2/a/manifests/sha256:${'a'.repeat(64)}`)).status).toBe(401);
  });

  test('mounts from a repository only when it may pull there', async () => {
    const given = await edge.registry();
    const pusher = await withToken(given, 'repository:a:pull,push', 'repository:secret:pull,push');
    const { blobs } = randomImage();
    expect((await pusher.pushBlob('secret', blobs[1])).status).toBe(201);
    const mount = `/v2/a/blobs/uploads/?mount=${sha256(blobs[1])}&from=secret`;
    expect((await (await withToken(given, 'repository:a:pull,push')).send('POST', mount)).status).toBe(401);
    expect((await pusher.send('POST', mount)).status).toBe(201);
  });
});

describe('refused with what to do', () => {
  test.each([
    ['wrong password', (given: GivenRegistry) => [given.user, 'wrong'], 'listCredentials'],
    ['wrong user', (given: GivenRegistry) => ['somebody', given.password], 'the admin user of this registry is'],
  ])('%s', async (_, credentials, message) => {
    const given = await edge.registry();
    const [user = '', password = ''] = credentials(given);
    const client = clientOf(given, basic(user, password));
    for (const path of ['/oauth2/token', '/v2/_catalog']) {
      const { status, json } = await client.send('GET', path);
      expect({ status, json }).toMatchObject({
        status: 401,
        json: { errors: [{ code: 'UNAUTHORIZED', message: expect.stringContaining(message) as string }] },
      });
    }
  });

  test('a token for another service', async () => {
    const given = await edge.registry();
    const client = clientOf(given, basic(given.user, given.password));
    const { status, json } = await client.send('GET', '/oauth2/token?service=localhost:1');
    expect({ status, json }).toMatchObject({ status: 400, json: { errors: [{ code: 'UNSUPPORTED' }] } });
  });

  test('a form longer than any', async () => {
    const given = await edge.registry();
    const { status } = await clientOf(given).send('POST', '/oauth2/token', { body: 'a'.repeat(70_000) });
    expect(status).toBe(413);
  });

  test('an anonymous client, unless the registry allows anonymous pull; then it may pull and no more', async () => {
    const given = await edge.registry();
    const path = '/oauth2/token?scope=repository:a:pull,push&scope=registry:catalog:*';
    expect((await clientOf(given).send('GET', path)).status).toBe(401);
    await edge.change(given.registry, { anonymousPullEnabled: true });
    const { status, json } = await clientOf(given).send('GET', path);
    expect(status).toBe(200);
    const token = (json as TokenAnswer).access_token;
    expect(decodeJwt(token)['access']).toEqual([{ Type: 'repository', Name: 'a', Actions: ['pull'] }]);
    const anonymous = clientOf(given, `Bearer ${token}`);
    expect((await anonymous.send('GET', '/v2/a/tags/list')).status).toBe(404);
    expect((await anonymous.send('POST', '/v2/a/blobs/uploads/')).status).toBe(401);
    await edge.change(given.registry, { anonymousPullEnabled: false });
    expect((await anonymous.send('GET', '/v2/a/tags/list')).status).toBe(401);
  });
});

test("the admin's password itself opens the catalogue, as az tries", async () => {
  const given = await edge.registry();
  const { status, json } = await clientOf(given, basic(given.user, given.password)).send('GET', '/v2/_catalog');
  expect({ status, json }).toEqual({ status: 200, json: { repositories: [] } });
});

test('a host that names no registry is told so', async () => {
  const client = clientOf({ loginServer: `localhost:${edge.mainPort}` });
  for (const name of ['nobody123', 'x']) {
    const host = `${name}${edge.config.loginServerSuffix}`;
    expect(await client.send('GET', '/v2/', { headers: { host } })).toMatchObject({
      status: 404,
      json: { errors: [{ code: 'NAME_UNKNOWN' }] },
    });
  }
});
