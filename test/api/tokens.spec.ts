import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface TokenAnswer {
  readonly name: string;
  readonly properties: {
    readonly status: string;
    readonly credentials: { readonly passwords: readonly { readonly name: string; readonly creationTime: string }[] };
  };
}

const READ = 'repositories/samples/hello-world/content/read';
const LATER = '2090-12-31T23:59:59.000Z';

describe('tokens', () => {
  let app: ArmApp;
  let registry: string;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
    await app.request('PUT', `${registry}/scopeMaps/Pull-Only`, { properties: { actions: [READ] } });
  });
  afterAll(() => app?.close());

  const scopeMapId = (path = registry, name = '_repositories_pull') => `${path}/scopeMaps/${name}`;
  const put = (name: string, properties: object = {}, path = registry) =>
    app.request<TokenAnswer>('PUT', `${path}/tokens/${name}`, {
      properties: { scopeMapId: scopeMapId(path), ...properties },
    });
  const patch = (name: string, properties: object) =>
    app.request<TokenAnswer>('PATCH', `${registry}/tokens/${name}`, { properties });
  const generate = (name: string) =>
    app.request('POST', `${registry}/generateCredentials`, { tokenId: `${registry}/tokens/${name}` });

  it('hold as soon as they are written', async () => {
    const made = await put('CI-Pull1', { scopeMapId: scopeMapId(registry, 'Pull-Only') });
    expect(made).toMatchObject({
      status: 200,
      body: {
        id: `${registry}/tokens/CI-Pull1`,
        name: 'CI-Pull1',
        type: 'Microsoft.ContainerRegistry/registries/tokens',
        properties: {
          creationDate: expect.any(String) as string,
          provisioningState: 'Succeeded',
          scopeMapId: scopeMapId(registry, 'Pull-Only'),
          credentials: { passwords: [] },
          status: 'enabled',
        },
      },
    });
    expect(await app.request('GET', `${registry.toUpperCase()}/TOKENS/ci-pull1`)).toMatchObject({
      status: 200,
      body: made.body,
    });
    expect(await put('ci-pull1', { scopeMapId: scopeMapId(registry).toUpperCase(), status: 'disabled' })).toMatchObject(
      {
        status: 200,
        body: {
          name: 'ci-pull1',
          properties: { status: 'disabled', scopeMapId: `${registry}/scopeMaps/_REPOSITORIES_PULL` },
        },
      },
    );
    const one = `${registry}/tokens/CI-Pull1`;
    expect(await app.request('DELETE', one)).toMatchObject({ status: 200 });
    expect(await app.request('DELETE', one)).toMatchObject({ status: 204 });
    expect(await app.request('GET', one)).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
  });

  it('change what a patch names, and keep the rest', async () => {
    await put('patched', { scopeMapId: scopeMapId(registry, 'Pull-Only') });
    expect(await patch('patched', { status: 'disabled' })).toMatchObject({
      status: 200,
      body: { properties: { status: 'disabled', scopeMapId: scopeMapId(registry, 'Pull-Only') } },
    });
    expect(await patch('patched', { scopeMapId: scopeMapId() })).toMatchObject({
      status: 200,
      body: { properties: { status: 'disabled', scopeMapId: scopeMapId() } },
    });
    expect(await patch('nobody-here', { status: 'disabled' })).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });

  it('are listed page by page, each once', async () => {
    const { path } = await app.given.registry();
    expect(await app.request('GET', `${path}/tokens`)).toMatchObject({ status: 200, body: { value: [] } });
    for (const name of ['token-c', 'Token-A', 'token-b']) await put(name, {}, path);
    const seen: string[] = [];
    for (let next: string | undefined = `${path}/tokens?$top=2`; next;) {
      const { body }: { body: { value: TokenAnswer[]; nextLink?: string } } = await app.request('GET', next);
      seen.push(...body.value.map(({ name }) => name));
      next = body.nextLink;
    }
    expect(seen).toEqual(['Token-A', 'token-b', 'token-c']);
  });

  it('below a registry that is not there are told so', async () => {
    const absent = `${registry}gone`;
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    expect(await put('orphan', {}, absent)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/tokens`)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/tokens/orphan`)).toMatchObject(told);
  });

  it('belong to a scope map of their registry', async () => {
    const other = (await app.given.registry()).path;
    await app.request('PUT', `${other}/scopeMaps/elsewhere`, { properties: { actions: [READ] } });
    for (const id of [
      scopeMapId(other, 'elsewhere'),
      scopeMapId(other),
      scopeMapId(registry, 'elsewhere'),
      scopeMapId(registry, 'a%00bcdef'),
      scopeMapId(registry, 'a\u0000bcdef'),
    ]) {
      const { status, body } = await app.request('PUT', `${registry}/tokens/strayed`, {
        properties: { scopeMapId: id },
      });
      expect([status, body]).toEqual([
        400,
        {
          error: {
            code: 'InvalidParameter',
            target: 'properties.scopeMapId',
            message: expect.stringMatching(/is not a scope map of the registry|cannot be stored/) as string,
          },
        },
      ]);
    }
    expect(await app.sql(`select name from tokens where name = 'strayed'`)).toEqual([]);
  });

  it.each([
    [{ scopeMapId: undefined }, 'properties.scopeMapId'],
    [{ scopeMapId: null }, 'properties.scopeMapId'],
    [{ scopeMapId: 7 }, 'properties.scopeMapId'],
    [{ scopeMapId: 'Pull-Only' }, 'properties.scopeMapId'],
    [{ status: 'on' }, 'properties.status'],
    [{ credentials: 'none' }, 'properties.credentials'],
    [{ credentials: null }, 'properties.credentials'],
    [{ credentials: { passwords: null } }, 'properties.credentials.passwords'],
    [{ credentials: { passwords: [7] } }, 'properties.credentials.passwords.0'],
    [{ credentials: { passwords: [{}] } }, 'properties.credentials.passwords.0.name'],
    [{ credentials: { passwords: [{ name: 'password3' }] } }, 'properties.credentials.passwords.0.name'],
    [{ credentials: { passwords: [{ name: 'password1' }] } }, 'properties.credentials.passwords'],
    [{ credentials: { certificates: [{ name: 'certificate3' }] } }, 'properties.credentials.certificates.0.name'],
    [{ colour: 'blue' }, 'properties.colour'],
  ])('with the properties %j are refused', async (properties, target) => {
    expect(await put('refused', properties)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target } },
    });
    expect(await app.sql(`select name from tokens where name = 'refused'`)).toEqual([]);
  });

  it('do not log in with certificates', async () => {
    const certificates = [{ name: 'certificate1', expiry: LATER, encodedPemCertificate: 'LS0t' }];
    expect(await put('certified', { credentials: { certificates } })).toMatchObject({
      status: 400,
      body: { error: { code: 'FeatureNotSupported', target: 'properties.credentials.certificates' } },
    });
    expect(await put('certified', { credentials: { certificates: [] } })).toMatchObject({ status: 200 });
  });

  it.each(['abcd', 'a'.repeat(51), '1token', 'under_score', 'dotted.name', 'ünïcode'])(
    'are not called %j',
    async (name) => {
      expect(await put(encodeURIComponent(name))).toMatchObject({
        status: 400,
        body: { error: { code: 'InvalidResourceName', target: 'name' } },
      });
    },
  );

  it.each(['a'.repeat(50), 'abcde', '-dash', 'Token-9'])('can be called %j', async (name) => {
    expect(await put(name)).toMatchObject({ status: 200, body: { name } });
  });

  it('keep their scope map from being deleted', async () => {
    const used = `${registry}/scopeMaps/in-use`;
    await app.request('PUT', used, { properties: { actions: [READ] } });
    for (let n = 1; n <= 6; n++) await put(`user-${n}`, { scopeMapId: used.toUpperCase() });
    const refused = await app.request('DELETE', used);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      409,
      expect.stringMatching(/ScopeMapInUse.*'in-use'.*tokens 'user-1', .*'user-5', others may/) as string,
    ]);
    expect(await app.request('GET', used)).toMatchObject({ status: 200 });
    await put('user-1');
    for (let n = 2; n <= 6; n++) await app.request('DELETE', `${registry}/tokens/user-${n}`);
    expect(await app.request('DELETE', used)).toMatchObject({ status: 200 });
  });

  it('and scope maps that are deleted meanwhile never leave a token without one', async () => {
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const id = `${registry}/scopeMaps/racing-${n}`;
        await app.request('PUT', id, { properties: { actions: [READ] } });
        const [made, gone] = await Promise.all([put(`racing-${n}`, { scopeMapId: id }), app.request('DELETE', id)]);
        expect([`${made.status} ${gone.status}`]).toEqual([expect.stringMatching(/^(200 409|400 200)$/)]);
      }),
    );
  });

  it('are counted to the limit of the SKU, whoever comes at once', async () => {
    const { path } = await app.given.registry({ body: { sku: { name: 'Basic' } } });
    const answers = await Promise.all(Array.from({ length: 130 }, (_, index) => put(`racing-${index}`, {}, path)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409)]).toEqual([100, 30]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: {
        code: 'QuotaExceeded',
        message: expect.stringContaining(
          'Quota exceeded for resource type tokens for the registry SKU Basic.',
        ) as string,
      },
    });
    const usages = await app.request<{ value: { name: string }[] }>('GET', `${path}/listUsages`);
    expect(usages.body.value.find(({ name }) => name === 'Tokens')).toMatchObject({ limit: 100, currentValue: 100 });
    // One that is there can still be changed.
    const [taken] = await app.sql<{ name: string }>(`select name from tokens where name like 'racing-%' limit 1`);
    expect(await put(taken!.name, { status: 'disabled' }, path)).toMatchObject({ status: 200 });
  });

  it('stand in the way of a smaller SKU', async () => {
    const { path } = await app.given.registry({ body: { sku: { name: 'Standard' } } });
    await Promise.all(Array.from({ length: 101 }, (_, index) => put(`many-${index}`, {}, path)));
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining('tokens') as string } },
    });
    await app.request('DELETE', `${path}/tokens/many-0`);
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' } })).toMatchObject({ status: 201 });
    await app.settle();
  });

  it('go with their registry, scope maps and all', async () => {
    const { path } = await app.given.registry();
    await app.request('PUT', `${path}/scopeMaps/short-lived`, { properties: { actions: [READ] } });
    await put('short-lived', { scopeMapId: scopeMapId(path, 'short-lived') }, path);
    await app.request('DELETE', path);
    await app.settle();
    expect(await app.sql(`select name from tokens where name = 'short-lived'`)).toEqual([]);
    expect(await app.sql(`select name from scope_maps where name = 'short-lived'`)).toEqual([]);
  });

  it('of another tenant are not there', async () => {
    const theirs = { token: await app.token({ tenantId: '11111111-2222-4333-8444-555555555555' }) };
    await put('private', {});
    for (const [method, path, body] of [
      ['GET', 'tokens/private', undefined],
      ['GET', 'tokens', undefined],
      ['PUT', 'tokens/private', { properties: { scopeMapId: scopeMapId() } }],
      ['PATCH', 'tokens/private', { properties: { status: 'disabled' } }],
      ['DELETE', 'tokens/private', undefined],
      ['POST', 'generateCredentials', { tokenId: `${registry}/tokens/private` }],
    ] as const)
      expect([method, (await app.request(method, `${registry}/${path}`, body, theirs)).status]).toEqual([method, 401]);
    expect(await generate('private')).toMatchObject({ status: 200 });
  });
});
