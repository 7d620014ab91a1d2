import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { CLIENTS, crowd, kindOf, slowestOf, tally, type Crowd, type Outcome } from './crowd.js';
import { create, HOME, LIMITED, OTHER_REGIONS, stored, usage, type Sku } from './limited.js';

const POOL_SIZE = 10;

/** Where the change comes in the row of the clients: first of all, among the first, or when half have come. */
const CHANGES: readonly { readonly from: Sku; readonly to: Sku; readonly after: number }[] = [
  { from: 'Basic', to: 'Premium', after: 250 },
  { from: 'Standard', to: 'Basic', after: 0 },
  { from: 'Premium', to: 'Basic', after: 3 },
];

describe(`${CLIENTS} clients at once and a change of the SKU`, { timeout: 120_000 }, () => {
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

  const cases = LIMITED.flatMap((of) =>
    CHANGES.filter(({ from, to }) => of.limits[from] !== of.limits[to]).map((change) => ({
      of,
      type: of.type,
      ...change,
    })),
  );

  it.for(cases)(
    'from $from to $to after $after never leave more $type than the SKU allows',
    async ({ of, from, to, after }, { annotate }) => {
      const { path, name } = await app.given.registry({ body: { sku: { name: from } } });
      const seen: { sku: Sku; count: number }[] = [];
      const look = async () => void seen.push(await stored(app, of, name));
      let changed: Promise<Outcome> | undefined;
      const answers = await Promise.all(
        Array.from({ length: CLIENTS }, async (_, client) => {
          if (client === after) changed = clients.ask('PATCH', path, { sku: { name: to } });
          const answer = await create(clients, of, path, client);
          if (client % 25 === 0) await look();
          return answer;
        }),
      );
      const change = await changed!;
      await app.settle();
      await look();

      expect(seen.filter(({ sku, count }) => count > of.limits[sku])).toEqual([]);
      const { sku, count } = seen.at(-1)!;
      expect(sku).toBe(change.status === 201 ? to : from);
      expect(answers.filter(({ status }) => status === of.created)).toHaveLength(count);
      const refusals = [of.refusals[from], of.refusals[to], '409 OperationInProgress'];
      expect(Object.keys(tally(answers)).filter((kind) => !refusals.includes(kind))).toEqual(
        count > 0 ? [String(of.created)] : [],
      );
      expect(['201', '409 SkuDowngradeNotAllowed']).toContain(kindOf(change));
      expect(await usage(clients, of, path)).toBe(of.usage === undefined || of.limits[sku] === 0 ? undefined : count);
      await annotate(`${kindOf(change)} ${JSON.stringify(tally(answers))} ${slowestOf([...answers, change])}`);
      await clients.verify();
      expect(await clients.deadlocks()).toBe(0);
    },
  );
});
