import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZoneWork } from '../../src/replications/zone-work.js';
import { armApp, type ArmApp, type GivenRegistry } from '../support/arm-app.js';

const TYPE = 'Microsoft.ContainerRegistry/registries/replications';
const MESSAGE = 'The replica has all that the registry holds.';
const aTime = expect.stringMatching(/^\d{4}-.*Z$/) as string;

interface Body {
  readonly id: string;
  readonly name: string;
  readonly tags: object;
  readonly properties: { readonly provisioningState: string; readonly status: object };
}

describe('replications', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_REGIONS: 'westeurope,eastus,northeurope,region1' } });
  });
  afterAll(() => app?.close());

  const put = (registry: string, name: string, body: object = {}, options = {}) =>
    app.request<Body>('PUT', `${registry}/replications/${name}`, { location: name, ...body }, options);
  const get = (registry: string, name: string) => app.request<Body>('GET', `${registry}/replications/${name}`);

  async function given(registry: string, name = 'eastus'): Promise<{ path: string; instance: string }> {
    expect(await put(registry, name)).toMatchObject({ status: 201 });
    await app.settle();
    return { path: `${registry}/replications/${name}`, instance: (await instancesOf(registry, name))[0]! };
  }

  const instancesOf = async (registry: string, name: string) =>
    (
      await app.sql<{ name: string }>(
        `select p.instance_name as name from replications p join registries r on r.id = p.registry_id
          where r.key = $1 and p.key = $2`,
        [registry.split('/').at(-1)!.toLowerCase(), name],
      )
    ).map((row) => row.name);

  /** What else is there besides the instances of other tests. */
  async function instancesSince(before: readonly string[]): Promise<readonly string[]> {
    return (await app.dataPlane.list()).filter((name) => !before.includes(name));
  }

  it('spread over zones have an instance more, which is in no list and counts for nothing, and goes with them', async () => {
    const { path } = await app.given.registry({ body: { properties: { zoneRedundancy: 'Enabled' } } });
    const before = await app.dataPlane.list();
    const properties = { zoneRedundancy: 'Enabled' };
    expect(await put(path, 'eastus', { properties })).toMatchObject({ status: 201, body: { properties } });
    await app.settle();
    while (await app.get(ZoneWork).runOnce(new AbortController().signal));
    const made = await get(path, 'eastus');
    expect(made).toMatchObject({ status: 200, body: { properties } });
    expect(made.headers).not.toHaveProperty('x-berth-not-enforced');
    const ofZones = (await instancesSince(before)).filter((name) => name.endsWith('-zone2'));
    expect(ofZones.map((name) => name.split('-').at(-3))).toEqual(['eastus', 'westeurope']);
    const list = await app.request<{ value: Body[] }>('GET', `${path}/replications`);
    expect(list.body.value.map(({ name }) => name)).toEqual(['eastus']);
    expect(await app.request('GET', `${path}/listUsages`)).toMatchObject({
      body: { value: expect.arrayContaining([expect.objectContaining({ name: 'Geo-replications', currentValue: 1 })]) },
    });
    const body = { value: ['eastus', 'westeurope'].map((region) => ({ region, zone: 2, state: 'Syncing' })) };
    expect(await app.request('GET', `${path}/zones`)).toMatchObject({ status: 200, body });
    expect(await app.request('POST', `${path}/synchronizeZones`)).toMatchObject({ status: 200, body });
    expect(
      await app.request('PATCH', `${path}/replications/eastus`, { properties: { zoneRedundancy: 'Disabled' } }),
    ).toMatchObject({
      status: 409,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.zoneRedundancy' } },
    });
    await app.request('DELETE', `${path}/replications/eastus`);
    await app.settle();
    expect((await instancesSince(before)).map((name) => name.split('-').at(-3))).toEqual(['westeurope']);
    await app.request('DELETE', path);
    await app.settle();
    expect(await instancesSince(before)).toEqual([]);
    const left = `select id from replication_comparisons c where not exists (select from registry_copies where id = c.id)`;
    expect(await app.sql(left)).toEqual([]);
  });

  it('stay until what was pushed to them has come home', async () => {
    const { path } = await app.given.registry();
    const { instance } = await given(path);
    await app.sql(
      `insert into replication_transfers (id, registry_id, instance_name, source_instance, repository, reference)
         select gen_random_uuid(), r.id, r.instance_name, $2, 'a', 'v1' from registries r where r.key = $1`,
      [path.split('/').at(-1), instance],
    );
    const { headers } = await app.request('DELETE', `${path}/replications/eastus`);
    expect(headers).toHaveProperty('location');
    while (await app.worker.runOnce());
    expect(await app.dataPlane.list()).toContain(instance);
    const waiting = await app.sql(
      `select waiting_because as because from operations where kind = 'Delete' and ended_at is null`,
    );
    expect(waiting).toEqual([
      { because: 'imagesAreAtHome: images that were pushed to it are still being copied to the home region' },
    ]);
    await app.sql('delete from replication_transfers where source_instance = $1', [instance]);
    await app.settle();
    expect(await app.dataPlane.list()).not.toContain(instance);
    expect(await get(path, 'eastus')).toMatchObject({ status: 404 });
  });

  it('are made by a worker, with an engine of their own', async () => {
    const { path, name } = await app.given.registry();
    const made = await put(path, 'EastUS', {
      location: 'East US',
      tags: { team: 'a' },
      properties: { regionEndpointEnabled: false, zoneRedundancy: 'Disabled' },
    });
    const body = {
      id: `${path}/replications/EastUS`,
      name: 'EastUS',
      type: TYPE,
      location: 'eastus',
      tags: { team: 'a' },
      systemData: expect.any(Object) as object,
      properties: {
        provisioningState: 'Creating',
        status: { timestamp: aTime },
        regionEndpointEnabled: false,
        zoneRedundancy: 'Disabled',
      },
    };
    expect(made).toMatchObject({ status: 201, headers: { 'retry-after': '1' } });
    expect(made.body).toEqual(body);
    const poll = String(made.headers['azure-asyncoperation']);
    expect(poll).toMatch(
      new RegExp(
        `^${app.origin}${path}/replications/EastUS/operationStatuses/replications-[0-9a-f-]{36}\\?api-version=2025-11-01$`,
      ),
    );
    const pollPath = poll.slice(app.origin.length);
    expect(await app.request('GET', pollPath)).toMatchObject({ status: 200, body: { status: 'Creating' } });
    await app.settle();
    expect(await app.request('GET', pollPath)).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
    const ready = {
      ...body,
      properties: {
        ...body.properties,
        provisioningState: 'Succeeded',
        status: { displayStatus: 'Ready', message: MESSAGE, timestamp: aTime },
      },
    };
    const { body: read } = await get(path.toUpperCase(), 'eastus');
    expect(read).toEqual(ready);
    expect(await app.dataPlane.list()).toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`^${name}-eastus-[0-9a-f]{12}$`))]),
    );
    // Sent back as it was answered, it changes nothing.
    expect(await app.request('PUT', `${path}/replications/EastUS`, read)).toMatchObject({ status: 200, body: ready });
  });

  it('are the same in every version', async () => {
    const { path } = await app.given.registry();
    await given(path);
    const answers = await Promise.all(
      ['2025-11-01', '2022-12-01', '2022-02-01-preview'].map((apiVersion) =>
        app.request('GET', `${path}/replications/eastus`, undefined, { apiVersion }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[1]!.body).toEqual(answers[0]!.body);
    expect(answers[2]!.body).toEqual(answers[0]!.body);
    expect(await put(path, 'northeurope', {}, { apiVersion: '2022-02-01-preview' })).toMatchObject({
      status: 201,
      body: { properties: { regionEndpointEnabled: true, zoneRedundancy: 'Disabled' } },
    });
    await app.settle();
  });

  it('are changed at once', async () => {
    const { path } = await app.given.registry();
    const { path: one } = await given(path);
    const before = (await get(path, 'eastus')).body;
    expect(await app.request('PATCH', one, { properties: { regionEndpointEnabled: false } })).toMatchObject({
      status: 200,
      body: { ...before, systemData: {}, properties: { ...before.properties, regionEndpointEnabled: false } },
    });
    expect(await app.request('PATCH', one, { tags: { a: 'b' } })).toMatchObject({
      status: 200,
      body: { tags: { a: 'b' } },
    });
    expect((await app.request<Body>('PATCH', one, { tags: { c: 'd' } })).body).toMatchObject({
      tags: { c: 'd' },
      properties: { regionEndpointEnabled: false },
    });
    expect(await app.request('PATCH', `${path}/replications/northeurope`, { tags: {} })).toMatchObject({ status: 404 });
  });

  it('cannot move', async () => {
    const { path } = await app.given.registry();
    await given(path);
    expect(await put(path, 'eastus', { location: 'northeurope' })).toMatchObject({
      status: 409,
      body: { error: { code: 'InvalidResourceLocation', target: 'location' } },
    });
  });

  it('are deleted with what they hold, and can be made again at once', async () => {
    const { path } = await app.given.registry();
    const { path: one, instance } = await given(path);
    const deleted = await app.request('DELETE', one);
    expect(deleted).toMatchObject({ status: 202, body: undefined });
    expect(await get(path, 'eastus')).toMatchObject({ body: { properties: { provisioningState: 'Deleting' } } });
    expect(await put(path, 'eastus')).toMatchObject({ status: 409, body: { error: { code: 'OperationInProgress' } } });
    await app.settle();
    const result = String(deleted.headers.location).slice(app.origin.length);
    expect(await app.request('GET', result)).toMatchObject({ status: 200 });
    expect(await get(path, 'eastus')).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
    expect(await app.request('DELETE', one)).toMatchObject({ status: 204 });
    expect(await app.dataPlane.list()).not.toContain(instance);
    const again = await given(path);
    expect(again.instance).not.toBe(instance);
    expect(await app.dataPlane.list()).toContain(again.instance);
  });

  it('that fail say so, and can be sent again and deleted', async () => {
    const { path } = await app.given.registry();
    await put(path, 'eastus');
    await app.sql(`update operations set attempts = 8 where resource_type = $1 and ended_at is null`, [TYPE]);
    await app.settle();
    expect(await get(path, 'eastus')).toMatchObject({
      body: { properties: { provisioningState: 'Failed', status: { displayStatus: 'Failed', timestamp: aTime } } },
    });
    expect(await put(path, 'eastus')).toMatchObject({
      status: 201,
      body: { properties: { provisioningState: 'Updating' } },
    });
    await app.settle();
    expect(await get(path, 'eastus')).toMatchObject({
      body: { properties: { provisioningState: 'Succeeded', status: { displayStatus: 'Ready', message: MESSAGE } } },
    });
  });

  it('are listed page by page', async () => {
    const { path } = await app.given.registry();
    expect(await app.request('GET', `${path}/replications`)).toMatchObject({ status: 200, body: { value: [] } });
    for (const name of ['northeurope', 'eastus', 'region1']) await put(path, name);
    await app.settle();
    const first = await app.request<{ value: Body[]; nextLink: string }>('GET', `${path}/replications?$top=2`);
    expect(first.body.value.map(({ name }) => name)).toEqual(['eastus', 'northeurope']);
    const next = await app.request<{ value: Body[] }>('GET', first.body.nextLink.slice(app.origin.length));
    expect([next.body.value.map(({ name }) => name), 'nextLink' in next.body]).toEqual([['region1'], false]);
  });

  it('below a registry that is not there are told so', async () => {
    const { path } = await app.given.registry();
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    expect(await put(`${path}gone`, 'eastus')).toMatchObject(told);
    expect(await app.request('GET', `${path}gone/replications`)).toMatchObject(told);
    expect(await get(`${path}gone`, 'eastus')).toMatchObject(told);
  });

  it.each([
    ['eastus', { location: 'northeurope' }, 'InvalidResourceName', 'name'],
    ['marsnorth', {}, 'LocationNotAvailableForResourceType', 'location'],
    ['westeurope', {}, 'InvalidParameter', 'location'],
    ['eastus', { location: 7 }, 'InvalidParameter', 'location'],
    ['east', {}, 'InvalidResourceName', 'name'],
    ['east-us', {}, 'InvalidResourceName', 'name'],
    [`east${'u'.repeat(47)}`, {}, 'InvalidResourceName', 'name'],
    ['eastus', { tags: { a: 1 } }, 'InvalidParameter', 'tags.a'],
    ['eastus', { tags: [] }, 'InvalidParameter', 'tags'],
    ['eastus', { properties: 7 }, 'InvalidParameter', 'properties'],
    [
      'eastus',
      { properties: { regionEndpointEnabled: 'yes' } },
      'InvalidParameter',
      'properties.regionEndpointEnabled',
    ],
    ['eastus', { properties: { zoneRedundancy: 'enabled' } }, 'InvalidParameter', 'properties.zoneRedundancy'],
    ['eastus', { properties: { colour: 'blue' } }, 'InvalidParameter', 'properties.colour'],
    ['eastus', { sku: { name: 'Premium' } }, 'InvalidParameter', 'sku'],
  ])('named %s with %j are refused with %s', async (name, body, code, target) => {
    const { path } = await refusing();
    expect(await put(path, name, body)).toMatchObject({ status: 400, body: { error: { code, target } } });
    expect(await app.request('GET', `${path}/replications`)).toMatchObject({ body: { value: [] } });
  });

  it('without a location are refused', async () => {
    const { path } = await refusing();
    const { status, body } = await app.request('PUT', `${path}/replications/eastus`, { tags: {} });
    expect([status, body]).toMatchObject([400, { error: { code: 'LocationRequired', target: 'location' } }]);
  });

  let refused: Promise<GivenRegistry> | undefined;
  const refusing = () => (refused ??= app.given.registry());

  it('tell how far they are, and are compared when somebody asks for it', async () => {
    const { path } = await app.given.registry();
    const { path: one } = await given(path);
    const nothing = {
      manifestsDone: 0,
      manifestsLeft: 0,
      bytesDone: 0,
      bytesLeft: 0,
      transfersLeft: 0,
      comparison: { state: 'Waiting', differences: 0 },
    };
    expect(await app.request('GET', `${one}/progress`)).toMatchObject({ status: 200, body: nothing });
    const asked = async () =>
      app.sql(
        `select c.id from replication_comparisons c join replications p on p.id = c.id join registries r on r.id = p.registry_id
          where r.key = $1 and c.asked_at > c.run_after`,
        [path.split('/').at(-1)!.toLowerCase()],
      );
    expect(await asked()).toHaveLength(0);
    const { status, body } = await app.request('POST', `${one}/synchronize`);
    expect([status, body]).toEqual([200, nothing]);
    expect(await asked()).toHaveLength(1);
    for (const [method, name] of [
      ['GET', 'northeurope/progress'],
      ['POST', 'northeurope/synchronize'],
    ])
      expect(await app.request(method!, `${path}/replications/${name}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'ResourceNotFound' } },
      });
  });

  it('end before their registry does, those that are still being made too', async () => {
    const before = await app.dataPlane.list();
    const { path } = await app.given.registry();
    await given(path, 'eastus');
    await put(path, 'northeurope');
    // So that the registry's deletion comes first.
    await app.sql(`update operations set run_after = now() + interval '1 day' where ended_at is null`);
    expect(await app.request('DELETE', path)).toMatchObject({ status: 202 });
    expect(await put(path, 'region1')).toMatchObject({ status: 409, body: { error: { code: 'OperationInProgress' } } });
    await app.settle();
    expect([await instancesSince(before), (await app.request('GET', path)).status]).toEqual([[], 404]);
    const ends = await app.sql<{ end: string }>(
      `select kind || ' ' || status as end from operations where resource_type = $1 order by created_at desc limit 4`,
      [TYPE],
    );
    expect(ends.map(({ end }) => end).toSorted()).toEqual([
      'Create Canceled',
      'Create Succeeded',
      'Delete Succeeded',
      'Delete Succeeded',
    ]);
  });
});
