import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenSubscription } from '../support/arm-app.js';

interface Page {
  readonly value: readonly { readonly name: string }[];
  readonly nextLink?: string;
}

describe('resource groups', () => {
  let app: ArmApp;
  let subscription: GivenSubscription;
  const at = (name: string) => `${subscription.path}/resourcegroups/${name}`;
  const put = (name: string, body: unknown) => app.request('PUT', at(name), body);

  beforeAll(async () => {
    app = await armApp();
    subscription = await app.given.subscription();
  });
  afterAll(() => app?.close());

  it('are created with 201 and replaced with 200', async () => {
    const created = await put('First', { location: 'West Europe', tags: { team: 'shop' }, managedBy: '/a/b' });
    const group = {
      id: `${subscription.path}/resourceGroups/First`,
      name: 'First',
      type: 'Microsoft.Resources/resourceGroups',
      location: 'westeurope',
      tags: { team: 'shop' },
      managedBy: '/a/b',
      properties: { provisioningState: 'Succeeded' },
    };
    expect([created.status, created.body]).toEqual([201, group]);
    expect(await app.request('GET', at('First'))).toMatchObject({ status: 200, body: group });

    const replaced = await put('First', { location: 'westeurope' });
    const { managedBy: _, ...rest } = group;
    expect([replaced.status, replaced.body]).toEqual([200, { ...rest, tags: {} }]);
  });

  it('are found in any casing and keep the casing of the last writer', async () => {
    await put('Casing', { location: 'eastus' });
    const written = await app.request('PUT', at('CASING').replace('/subscriptions', '//SUBSCRIPTIONS').toUpperCase(), {
      location: 'East US',
    });
    expect(written).toMatchObject({ status: 200, body: { name: 'CASING', location: 'eastus' } });
    expect((await app.request('GET', at('casing'))).body).toEqual(written.body);
    expect(await app.sql('select key, name from resource_groups where key = $1', ['casing'])).toEqual([
      { key: 'casing', name: 'CASING' },
    ]);
  });

  it('may be sent back as they were read', async () => {
    await put('echo', { location: 'eastus', tags: { a: 'b' } });
    const { body } = await app.request('GET', at('echo'));
    expect(await put('echo', body)).toMatchObject({ status: 200, body });
  });

  it('remember who made them and who changed them, and no change that is none', async () => {
    const history = () =>
      app.sql<{ same: boolean }>(
        'select last_modified_at = created_at as same, created_by_type as type from resource_groups where key = $1',
        ['history'],
      );
    await put('history', { location: 'eastus' });
    await put('history', { location: 'eastus' });
    expect(await history()).toEqual([{ same: true, type: 'Application' }]);
    await put('history', { location: 'eastus', tags: { a: 'b' } });
    expect(await history()).toEqual([{ same: false, type: 'Application' }]);
  });

  it('are changed by PATCH, which replaces tags whole and leaves the rest', async () => {
    await put('patched', { location: 'eastus', tags: { a: '1', b: '2' }, managedBy: '/m' });
    expect(await app.request('PATCH', at('patched'), { tags: { c: '3' } })).toMatchObject({
      status: 200,
      body: { tags: { c: '3' }, managedBy: '/m', location: 'eastus' },
    });
    const { body } = await app.request('PATCH', at('patched'), { managedBy: null });
    expect([body['tags'], 'managedBy' in body]).toEqual([{ c: '3' }, false]);
    expect(await app.request('PATCH', at('absent'), { tags: {} })).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceGroupNotFound', message: "Resource group 'absent' could not be found." } },
    });
  });

  it('keep tags whose names mean something to JavaScript', async () => {
    const tags = { toString: 't', length: '7', hasOwnProperty: 'h' };
    expect((await put('strange', { location: 'eastus', tags })).status).toBe(201);
    expect((await app.request('GET', at('strange'))).body['tags']).toEqual(tags);
  });

  it('answer HEAD with 204 or 404 and no body', async () => {
    await put('head', { location: 'eastus' });
    const answers = [await app.request('HEAD', at('HEAD')), await app.request('HEAD', at('nowhere'))];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [204, undefined],
      [404, undefined],
    ]);
  });

  it('are listed page by page in the order of their names, and by tag', async () => {
    const own = await app.given.subscription();
    for (const [name, tags] of Object.entries({ b: { Env: 'dev' }, C: { env: 'prod' }, a: {}, d: { other: 'dev' } }))
      await app.request('PUT', `${own.path}/resourceGroups/${name}`, { location: 'eastus', tags });
    const list = async (query: string) => {
      const { status, body } = await app.request<Page>('GET', `${own.path}/resourcegroups?${query}`);
      expect(status).toBe(200);
      return { names: body.value.map(({ name }) => name), nextLink: body.nextLink };
    };
    const first = await list('$top=3');
    expect(first.names).toEqual(['a', 'b', 'C']);
    expect(first.nextLink).toContain(`${app.origin}${own.path}/resourcegroups?`);
    const second = await list(new URL(first.nextLink!).search.slice(1).replace('skipToken', 'SKIPTOKEN'));
    expect(second).toEqual({ names: ['d'], nextLink: undefined });

    const filtered = (filter: string) => list(new URLSearchParams({ $filter: filter }).toString());
    expect((await filtered("tagName eq 'ENV'")).names).toEqual(['b', 'C']);
    expect((await filtered("tagName eq 'env' and tagValue eq 'dev'")).names).toEqual(['b']);
    expect((await filtered("tagName eq 'env' and tagValue eq 'DEV'")).names).toEqual([]);
  });

  it.each([
    ['no body', undefined, 400, 'InvalidRequestContent', undefined],
    ['broken JSON', '{"location":', 400, 'InvalidRequestContent', undefined],
    ['a list', [], 400, 'InvalidRequestContent', undefined],
    ['no location', {}, 400, 'LocationRequired', 'location'],
    ['an unknown location', { location: 'moon' }, 400, 'LocationNotAvailableForResourceGroup', 'location'],
    ['a location that is no text', { location: 7 }, 400, undefined, undefined],
    ['an unknown property', { location: 'eastus', colour: 'red' }, 400, 'InvalidParameter', 'colour'],
    ['tags that are a list', { location: 'eastus', tags: ['a'] }, 400, 'InvalidParameter', 'tags'],
    ['a tag that is a number', { location: 'eastus', tags: { a: 1 } }, 400, 'InvalidParameter', 'tags.a'],
    [
      'a name that JavaScript fears',
      { location: 'eastus', tags: { constructor: 'c' } },
      400,
      'InvalidParameter',
      'tags.constructor',
    ],
    [
      'a very deep body',
      `{"location":"eastus","properties":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
      400,
      'InvalidRequestContent',
      undefined,
    ],
    [
      'a state of its own',
      { location: 'eastus', properties: { provisioningState: 'Odd' } },
      400,
      'InvalidParameter',
      'properties.provisioningState',
    ],
  ])('are refused with %s, and nothing is stored', async (_what, body, status, code, target) => {
    const answer = await put('refused', body);
    const error = expect.objectContaining({ ...(code ? { code } : {}), ...(target ? { target } : {}) });
    expect([answer.status, answer.body]).toEqual([status, { error }]);
    expect(await app.sql(`select 1 from resource_groups where key = 'refused'`)).toEqual([]);
  });

  it('are refused with everything that is wrong at once', async () => {
    const tags = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`t${index}`, 'x']));
    const answer = await put('ends.with.', { tags: { ...tags, 'a<b': 'y' }, colour: 'red' });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatchObject({
      code: 'MultipleErrorsOccurred',
      details: expect.arrayContaining(
        ['resourceGroupName', 'location', 'colour', 'tags', 'tags.a<b'].map((target) =>
          expect.objectContaining({ target }),
        ),
      ),
    });
  });

  it.each(['a'.repeat(91), 'dot.', 'bl%20ank', 'sl%2Fash', 'star*', '%00'])('are not called %s', async (name) => {
    const { status } = await put(name, { location: 'eastus' });
    expect([400, 404]).toContain(status);
  });

  it.each(['a'.repeat(90), '(.x_-)', encodeURIComponent('Größe')])('may be called %s', async (name) => {
    expect(await put(name, { location: 'eastus' })).toMatchObject({
      status: 201,
      body: { name: decodeURIComponent(name) },
    });
    expect((await app.request('GET', at(name))).status).toBe(200);
  });

  it('stay where they are', async () => {
    await put('fixed', { location: 'eastus' });
    for (const method of ['PUT', 'PATCH'])
      expect(await app.request(method, at('fixed'), { location: 'westus' })).toMatchObject({
        status: 409,
        body: { error: { code: 'InvalidResourceGroupLocation', target: 'location' } },
      });
  });

  describe('when they are deleted', () => {
    const registry = { location: 'eastus', sku: { name: 'Premium' } };
    const registryAt = (group: string, name: string) =>
      `${at(group)}/providers/Microsoft.ContainerRegistry/registries/${name}`;

    it('go with all that is in them, and only then', async () => {
      await put('doomed', { location: 'eastus' });
      await put('spared', { location: 'eastus' });
      for (const [group, name] of [
        ['doomed', 'doomed1'],
        ['doomed', 'doomed2'],
        ['spared', 'spared1'],
      ] as const)
        expect((await app.request('PUT', registryAt(group, name), registry)).status).toBe(201);
      await app.settle();
      expect(await app.dataPlane.list()).toHaveLength(3);

      const deleted = await app.request('DELETE', at('doomed'));
      expect([deleted.status, deleted.body, deleted.headers['retry-after']]).toEqual([202, undefined, '1']);
      const location = String(deleted.headers['location']);
      expect(location).toMatch(
        new RegExp(`^${app.origin}${subscription.path}/operationresults/resourcegroups-[0-9a-f-]{36}\\?api-version=`),
      );
      expect(await app.request('GET', at('doomed'))).toMatchObject({
        status: 200,
        body: { properties: { provisioningState: 'Deleting' } },
      });
      expect(await app.request('GET', location)).toMatchObject({ status: 202, headers: { location } });
      expect((await app.request('DELETE', at('doomed'))).headers['location']).toBe(location);
      for (const [method, path] of [
        ['PUT', at('doomed')],
        ['PATCH', at('doomed')],
        ['PUT', registryAt('doomed', 'doomed3')],
      ] as const)
        expect(
          await app.request(method, path, { ...(path.includes('providers') ? registry : { location: 'eastus' }) }),
        ).toMatchObject({
          status: 409,
          body: { error: { code: 'ResourceGroupBeingDeleted' } },
        });

      await app.settle();
      expect((await app.request('GET', location)).status).toBe(200);
      for (const path of [at('doomed'), registryAt('doomed', 'doomed1')])
        expect((await app.request('GET', path)).status).toBe(404);
      expect(await app.dataPlane.list()).toHaveLength(1);
      expect((await app.request('GET', registryAt('spared', 'spared1'))).status).toBe(200);
    });

    it('answer 404 when they are not there', async () => {
      expect(await app.request('DELETE', at('never-was'))).toMatchObject({
        status: 404,
        body: { error: { code: 'ResourceGroupNotFound' } },
      });
    });

    it('may be made again afterwards, elsewhere', async () => {
      await put('phoenix', { location: 'eastus' });
      await app.request('DELETE', at('phoenix'));
      await app.settle();
      expect(await put('Phoenix', { location: 'westus' })).toMatchObject({ status: 201, body: { location: 'westus' } });
    });

    it('are kept, and can be deleted again, when something in them cannot be deleted for an hour', async () => {
      await put('stuck', { location: 'eastus' });
      await app.request('PUT', registryAt('stuck', 'stuck123'), registry);
      await app.settle();
      const deleted = await app.request('DELETE', at('stuck'));
      await app.sql(`update operations set created_at = created_at - interval '61 minutes' where ended_at is null`);
      await app.worker.runOnce();
      expect(await app.request('GET', String(deleted.headers['location']))).toMatchObject({
        status: 409,
        body: { error: { code: 'ResourceGroupDeletionTimeout' } },
      });
      expect((await app.request('GET', at('stuck'))).body).toMatchObject({
        properties: { provisioningState: 'Succeeded' },
      });
      await app.request('DELETE', at('stuck'));
      await app.settle();
      expect((await app.request('GET', at('stuck'))).status).toBe(404);
    });
  });

  it('share their name with a group of another subscription', async () => {
    const other = await app.given.subscription();
    await put('twin', { location: 'eastus' });
    const path = `${other.path}/resourceGroups/twin`;
    expect((await app.request('GET', path)).status).toBe(404);
    expect((await app.request('PUT', path, { location: 'westus' })).status).toBe(201);
    await app.request('DELETE', path);
    await app.settle();
    expect((await app.request('GET', at('twin'))).status).toBe(200);
  });
});
