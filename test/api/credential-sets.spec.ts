import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CredentialSetLogins } from '../../src/credential-sets/credential-set-logins.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface CredentialSetAnswer {
  readonly id: string;
  readonly name: string;
  readonly identity?: { readonly type: string; readonly principalId?: string; readonly tenantId?: string };
  readonly properties: object;
}

const VAULT = 'https://myvault.vault.azure.net/secrets';
const CREDENTIAL = {
  name: 'Credential1',
  usernameSecretIdentifier: `${VAULT}/username`,
  passwordSecretIdentifier: `${VAULT}/password`,
};
const PROPERTIES = { loginServer: 'docker.io', authCredentials: [CREDENTIAL] };
const USER_IDENTITY =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader';

describe('credential sets', () => {
  let app: ArmApp;
  let registry: string;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  const put = (name: string, body: object = {}, path = registry) =>
    app.request<CredentialSetAnswer>('PUT', `${path}/credentialSets/${name}`, { properties: PROPERTIES, ...body });

  it('hold as soon as they are written, and say where nobody knows how to read the secrets', async () => {
    const made = await put('Docker-Hub', { identity: { type: 'SystemAssigned' } });
    expect(made).toMatchObject({
      status: 200,
      body: {
        id: `${registry}/credentialSets/Docker-Hub`,
        name: 'Docker-Hub',
        type: 'Microsoft.ContainerRegistry/registries/credentialSets',
        identity: { type: 'SystemAssigned', tenantId: app.tenantId },
        properties: {
          loginServer: 'docker.io',
          authCredentials: [
            {
              ...CREDENTIAL,
              credentialHealth: {
                status: 'Unhealthy',
                errorCode: 'KeyVaultNotConfigured',
                errorMessage: expect.stringContaining('BERTH_SECRET_SOURCES') as string,
              },
            },
          ],
          provisioningState: 'Succeeded',
        },
      },
    });
    expect(made.body.identity?.principalId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await app.request('GET', `${registry.toUpperCase()}/CREDENTIALSETS/docker-hub`)).toMatchObject({
      status: 200,
      body: made.body,
    });
    // What came back can be sent again as it is.
    expect(await app.request('PUT', made.body.id, made.body)).toMatchObject({ status: 200, body: made.body });
    expect(await app.request('GET', `${registry}/credentialSets`)).toMatchObject({ body: { value: [made.body] } });
  });

  it('are deleted by a worker', async () => {
    await put('short-lived');
    const path = `${registry}/credentialSets/short-lived`;
    const deleted = await app.request('DELETE', path);
    expect(deleted).toMatchObject({ status: 202, body: undefined });
    expect(await app.request('GET', path)).toMatchObject({ body: { properties: { provisioningState: 'Deleting' } } });
    expect(await put('short-lived')).toMatchObject({ status: 409, body: { error: { code: 'OperationInProgress' } } });
    const result = String(deleted.headers['location']);
    expect(await app.request('GET', result)).toMatchObject({ status: 202 });
    await app.settle();
    expect(await app.request('GET', result)).toMatchObject({ status: 200 });
    expect(await app.request('GET', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
    expect(await app.request('DELETE', path)).toMatchObject({ status: 204 });
    expect(await put('short-lived')).toMatchObject({ status: 200 });
  });

  it('are changed in what a patch names', async () => {
    const made = await put('Patched', { identity: { type: 'SystemAssigned' } });
    const second = { ...CREDENTIAL, usernameSecretIdentifier: `${VAULT}/other/0123456789abcdef0123456789abcdef` };
    const patched = await app.request('PATCH', made.body.id, { properties: { authCredentials: [CREDENTIAL, second] } });
    expect(patched).toMatchObject({
      status: 200,
      body: {
        identity: made.body.identity,
        properties: { loginServer: 'docker.io', authCredentials: [CREDENTIAL, second] },
      },
    });
    expect(await app.request('PATCH', `${registry}/credentialSets/absent`, {})).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });

  it('keep the identity of the system while its type changes', async () => {
    const made = await put('Identity', { identity: { type: 'SystemAssigned' } });
    const patch = (identity: unknown) => app.request<CredentialSetAnswer>('PATCH', made.body.id, { identity });
    const both = { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [USER_IDENTITY]: {} } };
    expect((await patch(both)).body.identity).toEqual({ ...made.body.identity, ...both });
    expect((await patch({ type: 'None' })).body.identity).toEqual({ type: 'None' });
    expect((await patch(null)).body).not.toHaveProperty('identity');
    expect((await patch({ type: null })).body).not.toHaveProperty('identity');
    expect((await patch({ type: 'SystemAssigned' })).body.identity).toEqual(made.body.identity);
  });

  it('stay with the registry that they were made for', async () => {
    await put('Fixed-host');
    expect(await put('fixed-HOST', { properties: { ...PROPERTIES, loginServer: 'quay.io' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.loginServer' } },
    });
  });

  it.each([
    [{ properties: { ...PROPERTIES, loginServer: undefined } }, 'properties.loginServer'],
    [{ properties: { ...PROPERTIES, loginServer: 'docker' } }, 'properties.loginServer'],
    [{ properties: { ...PROPERTIES, loginServer: 'https://docker.io' } }, 'properties.loginServer'],
    [{ properties: { ...PROPERTIES, loginServer: 'docker.io:70000' } }, 'properties.loginServer'],
    [{ properties: { ...PROPERTIES, authCredentials: undefined } }, 'properties.authCredentials'],
    [{ properties: { ...PROPERTIES, authCredentials: [] } }, 'properties.authCredentials'],
    [
      { properties: { ...PROPERTIES, authCredentials: [CREDENTIAL, CREDENTIAL, CREDENTIAL] } },
      'properties.authCredentials',
    ],
    [
      { properties: { ...PROPERTIES, authCredentials: [{ ...CREDENTIAL, name: 'Another' }] } },
      'properties.authCredentials.0.name',
    ],
    [
      { properties: { ...PROPERTIES, authCredentials: [{ ...CREDENTIAL, usernameSecretIdentifier: 'bob' }] } },
      'properties.authCredentials[0].usernameSecretIdentifier',
    ],
    [
      {
        properties: {
          ...PROPERTIES,
          authCredentials: [{ ...CREDENTIAL, passwordSecretIdentifier: `http://${VAULT.slice(8)}/password` }],
        },
      },
      'properties.authCredentials[0].passwordSecretIdentifier',
    ],
    [{ identity: { type: 'Somebody' } }, 'identity.type'],
    [{ identity: { type: 'UserAssigned' } }, 'identity.userAssignedIdentities'],
    [{ identity: { type: 'UserAssigned', userAssignedIdentities: { reader: {} } } }, 'identity.userAssignedIdentities'],
    [{ identity: { userAssignedIdentities: { [USER_IDENTITY]: {} } } }, 'identity.userAssignedIdentities'],
    [{ properties: [] }, 'properties'],
    [{ tags: { a: 'b' } }, 'tags'],
  ])('are refused with %j', async (body, target) => {
    expect(await put('refused', body)).toMatchObject({ status: 400, body: { error: { target } } });
    expect(await app.request('GET', `${registry}/credentialSets/refused`)).toMatchObject({ status: 404 });
  });

  it('never repeat what was given in place of a secret', async () => {
    const authCredentials = [{ ...CREDENTIAL, passwordSecretIdentifier: 'hunter2' }];
    const { body } = await put('refused', { properties: { ...PROPERTIES, authCredentials } });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it.each(['four', 'a'.repeat(51), 'under_score', 'dotted.name'])('are not called %s', async (name) => {
    const { status, body } = await put(name);
    expect([status, body]).toMatchObject([400, { error: { code: 'InvalidResourceName' } }]);
  });

  it('below a registry that is not there are told so', async () => {
    const absent = `${registry}gone`;
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    expect(await put('docker-hub', {}, absent)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/credentialSets`)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/credentialSets/docker-hub`)).toMatchObject(told);
  });

  it('are listed a page at a time', async () => {
    const { path } = await app.given.registry();
    expect(await app.request('GET', `${path}/credentialSets`)).toMatchObject({ status: 200, body: { value: [] } });
    const names = ['alpha', 'Bravo', 'charlie', 'Delta', 'echo5'];
    await Promise.all(names.map((name) => put(name, {}, path)));
    const seen: string[] = [];
    let next: string | undefined = `${path}/credentialSets?$top=2`;
    while (next !== undefined) {
      const { body }: { body: { value: CredentialSetAnswer[]; nextLink?: string } } = await app.request('GET', next);
      seen.push(...body.value.map(({ name }) => name));
      next = body.nextLink;
    }
    expect(seen).toEqual(names);
  });

  it('of one name are one, however many are created at once', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, () => put('Contested')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await app.sql(`select name from credential_sets where key = 'contested'`)).toHaveLength(1);
  });

  it('can be written and deleted again after a deletion that failed', async () => {
    const { body } = await put('Half-gone');
    await app.sql(`update credential_sets set provisioning_state = 'Failed' where key = 'half-gone'`);
    expect(await put('Half-gone')).toMatchObject({
      status: 201,
      body: { properties: { provisioningState: 'Updating' } },
    });
    await app.settle();
    expect(await app.request('GET', body.id)).toMatchObject({
      body: { properties: { provisioningState: 'Succeeded' } },
    });
    await app.sql(`update credential_sets set provisioning_state = 'Failed' where key = 'half-gone'`);
    expect(await app.request('DELETE', body.id)).toMatchObject({ status: 202 });
    await app.settle();
    expect(await app.request('GET', body.id)).toMatchObject({ status: 404 });
  });
});

describe('the secrets of credential sets', () => {
  const HUB = 'https://hub.vault.azure.net/secrets';
  let app: ArmApp;
  let registry: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-secrets-'));
    app = await armApp({
      settings: {
        BERTH_SECRET_SOURCES:
          `hub.vault.azure.net=file:${folder};upstream=docker.io, env.vault.azure.net=env:HUB_,` +
          `closed.vault.azure.net=file:${folder};subscription=00000000-0000-0000-0000-000000000000`,
      },
    });
    registry = (await app.given.registry()).path;
    await writeFile(join(folder, 'user'), 'alice\n');
    await writeFile(join(folder, 'key'), 'first-secret\n');
    await writeFile(join(folder, 'key.v2'), 'second-secret');
  });
  afterEach(() => void vi.unstubAllEnvs());
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Health {
    readonly status: string;
    readonly errorCode?: string;
    readonly errorMessage?: string;
  }
  const healthIn = (body: { properties: object }) =>
    (body.properties as { authCredentials: { credentialHealth: Health }[] }).authCredentials.map(
      ({ credentialHealth }) => credentialHealth,
    );
  const credential = (username: string, password: string) => ({
    name: 'Credential1',
    usernameSecretIdentifier: username,
    passwordSecretIdentifier: password,
  });
  const put = (name: string, username: string, password: string, loginServer = 'docker.io') =>
    app.request<CredentialSetAnswer>('PUT', `${registry}/credentialSets/${name}`, {
      properties: { loginServer, authCredentials: [credential(username, password)] },
    });
  const shown = async (name: string) =>
    healthIn((await app.request<CredentialSetAnswer>('GET', `${registry}/credentialSets/${name}`)).body);
  const idOf = async (name: string) =>
    (await app.sql<{ id: string }>('select id from credential_sets where key = $1', [name]))[0]?.id ?? '';
  const loginOf = async (name: string, host = 'docker.io') => {
    const { username, password } = await app.get(CredentialSetLogins).login(await idOf(name), host);
    return [username.reveal(), password.reveal()];
  };

  it('are files, read when they are needed, in the version that is asked for', async () => {
    const { body } = await put('by-file', `${HUB}/user`, `${HUB}/key`);
    expect(healthIn(body)).toEqual([{ status: 'Healthy' }]);
    expect(await loginOf('by-file')).toEqual(['alice', 'first-secret']);
    await writeFile(join(folder, 'key'), 'rotated-secret\n');
    expect(await loginOf('by-file')).toEqual(['alice', 'rotated-secret']);
    await put('by-file', `${HUB}/user`, `${HUB}/key/v2`);
    expect(await loginOf('by-file')).toEqual(['alice', 'second-secret']);
    await rm(join(folder, 'key.v2'));
    expect(await shown('by-file')).toMatchObject([{ status: 'Unhealthy', errorCode: 'SecretNotFound' }]);
    await expect(loginOf('by-file')).rejects.toThrow('its credentialHealth says why');
  });

  it('are variables of the environment, with a prefix', async () => {
    const vault = 'https://env.vault.azure.net/secrets';
    await put('by-name', `${vault}/user-name`, `${vault}/pass-word`);
    expect(await shown('by-name')).toMatchObject([{ status: 'Unhealthy', errorCode: 'SecretNotFound' }]);
    vi.stubEnv('HUB_USER_NAME', 'bob');
    vi.stubEnv('HUB_PASS_WORD', 'from-the-environment');
    expect(await shown('by-name')).toEqual([{ status: 'Healthy' }]);
    expect(await loginOf('by-name')).toEqual(['bob', 'from-the-environment']);
  });

  it('go to nobody but those for whom the settings give them', async () => {
    const { body: elsewhere } = await put('elsewhere', `${HUB}/user`, `${HUB}/key`, 'evil.example.com');
    expect(healthIn(elsewhere)).toMatchObject([{ status: 'Unhealthy', errorCode: 'SecretNotAllowed' }]);
    const closed = 'https://closed.vault.azure.net/secrets';
    const { body: foreign } = await put('foreign', `${closed}/user`, `${closed}/key`);
    expect(healthIn(foreign)).toMatchObject([{ status: 'Unhealthy', errorCode: 'SecretNotAllowed' }]);
    await put('own-host', `${HUB}/user`, `${HUB}/key`);
    await expect(loginOf('own-host', 'evil.example.com')).rejects.toThrow(`is for 'docker.io'`);
  });

  it('that the other registry refuses are told of, until it takes them or there are others', async () => {
    const { body } = await put('refused-there', `${HUB}/user`, `${HUB}/key`);
    const login = async () => app.get(CredentialSetLogins).login(await idOf('refused-there'), 'docker.io');
    await (await login()).refused('401 UNAUTHORIZED');
    const [health] = await shown('refused-there');
    expect(health).toMatchObject({ status: 'Unhealthy', errorCode: 'UpstreamRefused' });
    expect(health?.errorMessage).toContain('401 UNAUTHORIZED');
    await (await login()).accepted();
    expect(await shown('refused-there')).toEqual([{ status: 'Healthy' }]);
    await (await login()).refused('401 UNAUTHORIZED');
    const second = credential(`${HUB}/user`, `${HUB}/key`);
    await app.request('PATCH', body.id, { properties: { authCredentials: [second, second] } });
    expect(await shown('refused-there')).toEqual([{ status: 'Healthy' }, { status: 'Healthy' }]);
    await (await login()).refused('first');
    await (await login()).refused('second');
    expect((await shown('refused-there')).map(({ errorMessage }) => errorMessage?.split(': ')[1])).toEqual([
      'first',
      'second',
    ]);
  });

  it('are told to nobody', async () => {
    const { body } = await put('silent', `${HUB}/user`, `${HUB}/key`);
    const everything = JSON.stringify([body, (await app.request('GET', `${registry}/credentialSets`)).body]);
    expect(everything).toContain('silent');
    expect(everything).not.toMatch(/-secret|alice/);
    expect(await app.sql('select * from credential_sets')).not.toEqual([]);
    expect(JSON.stringify(await app.sql('select * from credential_sets'))).not.toMatch(/-secret|alice/);
  });
});
