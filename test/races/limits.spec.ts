import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { CLIENTS, crowd, slowestOf, tally, type Crowd } from './crowd.js';
import { create, HOME, LIMITED, OTHER_REGIONS, seed, SKUS, stored, usage, type Limited } from './limited.js';

const POOL_SIZE = 10;
/** How many of the clients can win at most; there are to be some who come too late. */
const MOST_WINNERS = 450;

describe(`${CLIENTS} clients at once`, { timeout: 120_000 }, () => {
  let app: ArmApp;
  let clients: Crowd;

  beforeAll(async () => {
    app = await armApp({
      settings: { BERTH_REGIONS: [HOME, ...OTHER_REGIONS].join(), BERTH_DATABASE_POOL_SIZE: String(POOL_SIZE) },
    });
    clients = await crowd(app, POOL_SIZE);
  });
  afterAll(async () => {
    await clients?.close();
    await app?.close();
  });

  // Where all SKUs have the same limit, one speaks for all.
  const skusOf = ({ limits }: Limited) => (limits.Basic === limits.Premium ? SKUS.slice(0, 1) : SKUS);
  const cases = LIMITED.flatMap((of) => skusOf(of).map((sku) => ({ of, sku, type: of.type, limit: of.limits[sku] })));

  it.for(cases)('fill a $sku registry with $limit $type and no more', async ({ of, sku, limit }, { annotate }) => {
    const { path, name } = await app.given.registry({ body: { sku: { name: sku } } });
    const seeded = Math.max(0, limit - MOST_WINNERS);
    if (seeded > 0) {
      await create(clients, of, path, 0);
      await seed(app, of, name, seeded);
      await clients.ask('DELETE', `${path}/${of.type}/${of.nameOf(0)}`);
      await app.settle();
    }

    const hasUsage = of.usage !== undefined && limit > 0;
    const misread: string[] = [];
    let started = 0;
    let won = 0;
    const race = async (client: number) => {
      started++;
      const answer = await create(clients, of, path, client);
      if (answer.status < 300) won++;
      // Whoever has been answered finds its own in the usages, and so does everybody else.
      if (client % 25 === 0 && hasUsage) {
        const least = seeded + won;
        const seen = await usage(clients, of, path);
        if (seen === undefined || seen < least || seen > Math.min(limit, seeded + started))
          misread.push(`${seen} of ${least} to ${seeded + started}`);
      }
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => race(client)));

    const winners = limit - seeded;
    expect(tally(answers)).toEqual({
      ...(winners > 0 ? { [of.created]: winners } : {}),
      [of.refusals[sku]]: CLIENTS - winners,
    });
    expect(await stored(app, of, name)).toEqual({ sku, count: limit });
    expect(misread).toEqual([]);
    expect(await usage(clients, of, path)).toBe(hasUsage ? limit : undefined);
    await annotate(slowestOf(answers));
    await clients.verify();
    expect(await clients.deadlocks()).toBe(0);
    await app.settle();
  });
});
