import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

const OTHERS = Array.from({ length: 120 }, (_, index) => `region${index}`);

describe('how many replications there may be', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_REGIONS: ['westeurope', ...OTHERS].join(',') } });
  });
  afterAll(() => app?.close());

  const put = (registry: string, name: string) =>
    app.request('PUT', `${registry}/replications/${name}`, { location: name });

  /** What else is there besides the instances of other tests. */
  async function instancesSince(before: readonly string[]): Promise<readonly string[]> {
    return (await app.dataPlane.list()).filter((name) => !before.includes(name));
  }

  it.each(['Basic', 'Standard'])('none below a %s registry, whoever comes at once', async (sku) => {
    const { path } = await app.given.registry({ body: { sku: { name: sku } } });
    const answers = await Promise.all(OTHERS.map((region) => put(path, region)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    expect(answers[0]!.body).toEqual({
      error: {
        code: 'SkuNotSupported',
        message: `Geo-replication is not supported for the SKU ${sku}. It needs the SKU Premium.`,
      },
    });
    expect(await app.request('GET', `${path}/replications`)).toMatchObject({ body: { value: [] } });
  });

  it('one in each region, whoever comes at once, and they are counted', async () => {
    const { path } = await app.given.registry();
    const before = await app.dataPlane.list();
    const answers = await Promise.all([...OTHERS, ...OTHERS].map((region) => put(path, region)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(201), count(409)]).toEqual([120, 120]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: { code: 'OperationInProgress', message: expect.stringContaining('registries/replications') as string },
    });
    const geo = expect.arrayContaining([{ name: 'Geo-replications', limit: -1, currentValue: 120, unit: 'Count' }]);
    expect(await app.request('GET', `${path}/listUsages`)).toMatchObject({ body: { value: geo } });
    await app.settle();
    expect(await instancesSince(before)).toHaveLength(120);
    await app.request('DELETE', path);
    await app.settle();
    expect(await instancesSince(before)).toEqual([]);
    expect(await app.request('GET', path)).toMatchObject({ status: 404 });
  });

  it('none below a smaller SKU, which they stand in the way of until they are gone', async () => {
    const { path } = await app.given.registry();
    const one = `${path}/replications/${OTHERS[0]}`;
    expect(await put(path, OTHERS[0]!)).toMatchObject({ status: 201 });
    await app.settle();
    const refusal = {
      status: 409,
      body: {
        error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining('Geo-replication') as string },
      },
    };
    expect(await app.request('PATCH', path, { sku: { name: 'Standard' } })).toMatchObject(refusal);
    await app.request('DELETE', one);
    expect(await app.request('PATCH', path, { sku: { name: 'Standard' } })).toMatchObject(refusal);
    await app.settle();
    expect(await app.request('PATCH', path, { sku: { name: 'Standard' } })).toMatchObject({ status: 201 });
    await app.settle();
  });

  it('none where a smaller SKU wins the race for the registry', async () => {
    for (let round = 0; round < 5; round++) {
      const { path } = await app.given.registry();
      const [smaller, ...made] = await Promise.all([
        app.request('PATCH', path, { sku: { name: 'Basic' } }),
        ...OTHERS.slice(0, 10).map((region) => put(path, region)),
      ]);
      const won = made.filter(({ status }) => status === 201).length;
      expect([smaller.status, won === 0]).toEqual(smaller.status === 201 ? [201, true] : [409, false]);
      await app.settle();
    }
  });
});
