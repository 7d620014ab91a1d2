import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenRegistry, type Json } from '../support/arm-app.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

interface Provider {
  readonly resourceTypes: readonly { readonly resourceType: string; readonly apiVersions: readonly string[] }[];
}

interface Resource {
  readonly id: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly sku: Json;
  readonly properties: Json;
}

describe('resources, as a client that knows no types sends them', () => {
  let app: ArmApp;
  let registry: GivenRegistry;
  /** With the empty parent path that such clients leave in. */
  let doubled: string;
  let apiVersion: string;

  beforeAll(async () => {
    app = await armApp();
    registry = await app.given.registry({ body: { tags: { team: 'blue' }, properties: { adminUserEnabled: true } } });
    doubled = registry.path.replace('Microsoft.ContainerRegistry/', 'Microsoft.ContainerRegistry//');
  });
  afterAll(() => app?.close());

  /** The client takes the first version that is no preview, whatever it is. */
  beforeAll(async () => {
    const path = `${registry.group.subscription.path}/providers/Microsoft.ContainerRegistry`;
    const { body } = await app.request<Provider>('GET', path, undefined, { apiVersion: '2021-04-01' });
    const type = body.resourceTypes.find(({ resourceType }) => resourceType === 'registries');
    apiVersion = type?.apiVersions.find((version) => !version.includes('preview')) ?? 'none';
  });

  const show = async () => (await app.request<Resource>('GET', doubled, undefined, { apiVersion })).body;

  it('are shown in the version that the provider is asked for', async () => {
    expect(apiVersion).toBe('2025-11-01');
    expect(await show()).toMatchObject({ id: registry.path, type: TYPE, tags: { team: 'blue' } });
  });

  it('are found, or not, by HEAD', async () => {
    const found = await app.request('HEAD', doubled, undefined, { apiVersion });
    const missing = await app.request('HEAD', `${registry.path}x`, undefined, { apiVersion });
    expect([found.status, found.body, missing.status, missing.body]).toEqual([204, undefined, 404, undefined]);
  });

  it('are told apart by HEAD from what the caller may not see', async () => {
    const foreign = await app.given.subscription({ tenantId: 'c0ffee00-0000-4000-8000-000000000000' });
    const statusOf = async (path: string, token?: string | null) =>
      (await app.request('HEAD', path, undefined, token === undefined ? {} : { token })).status;
    expect(await statusOf(registry.path, null)).toBe(401);
    expect(await statusOf(registry.path, foreign.token)).toBe(401);
    expect(await statusOf(registry.path.replace(/registries.*/, 'registries'))).toBe(200);
  });

  it('are tagged by a PUT of everything that was shown, which changes nothing else', async () => {
    const before = await show();
    const { location, sku, properties, tags } = before;
    const body = {
      location,
      tags: { ...tags, stage: 'prod' },
      properties,
      sku,
      kind: undefined,
      managedBy: undefined,
      plan: undefined,
    };
    const answer = await app.request<Resource>('PUT', doubled, body, { apiVersion });
    expect([answer.status, answer.body.tags]).toEqual([200, { team: 'blue', stage: 'prod' }]);
    const after = await show();
    expect({ ...after, systemData: null, tags: null, properties: settled(after) }).toEqual({
      ...before,
      systemData: null,
      tags: null,
      properties: settled(before),
    });
  });

  it('are tagged by a PATCH, which replaces the tags', async () => {
    const answer = await app.request<Resource>('PATCH', doubled, { tags: { only: 'this' } }, { apiVersion });
    expect([answer.status, answer.body.tags]).toEqual([200, { only: 'this' }]);
    expect((await app.request<Resource>('PATCH', doubled, { tags: {} }, { apiVersion })).body.tags).toEqual({});
  });

  it('are listed with what was asked for', async () => {
    const query = `$filter=${encodeURIComponent(`resourceType eq '${TYPE}'`)}&$expand=createdTime,changedTime,provisioningState`;
    for (const scope of [registry.group.subscription.path, registry.group.path]) {
      const { status, body } = await app.request<{ value: Resource[] }>(
        'GET',
        `${scope}/resources?${query}`,
        undefined,
        {
          apiVersion: '2021-04-01',
        },
      );
      const shown = expect.objectContaining({ id: registry.path, type: TYPE, provisioningState: 'Succeeded' });
      expect([status, body]).toEqual([200, { value: [shown] }]);
    }
  });

  it('are deleted, and are gone when the answer says so', async () => {
    const { path, group } = await app.given.registry();
    const slashed = path.replace('Microsoft.ContainerRegistry/', 'Microsoft.ContainerRegistry//');
    const started = await app.request('DELETE', slashed, undefined, { apiVersion });
    const poll = () => app.request('GET', String(started.headers.location));
    expect([started.status, (await poll()).status]).toEqual([202, 202]);
    await app.settle();
    expect([(await poll()).status, (await app.request('HEAD', path)).status]).toEqual([200, 404]);
    expect((await app.request('GET', `${group.path}/resources`)).body).toEqual({ value: [] });
    expect((await app.request('DELETE', slashed, undefined, { apiVersion })).status).toBe(204);
  });

  it('cannot be exported as a template, and the answer says so', async () => {
    const path = `${registry.group.path}/exportTemplate`;
    const answer = await app.request('POST', path, { resources: ['*'] }, { apiVersion: '2021-04-01' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'FeatureNotSupported' } } });
    const nowhere = await app.request('POST', `${registry.group.path}x/exportTemplate`, { resources: ['*'] });
    expect(nowhere).toMatchObject({ status: 404, body: { error: { code: 'ResourceGroupNotFound' } } });
  });
});

/** Without the times that follow a change of the resource. */
function settled({ properties }: Resource): string {
  return JSON.stringify(properties).replaceAll(/"lastUpdatedTime":"[^"]*"/g, '');
}
