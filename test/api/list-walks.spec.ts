import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import { EVERY_CHILD } from '../support/every-type.js';

interface Page {
  readonly value: readonly { readonly name: string }[];
  readonly nextLink?: string;
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);

const STAY = numbered('mmstay', 21);
const lateOf = (turn: number) => `mmstay${String(STAY.length - 1 - turn).padStart(3, '0')}x`;
const TURNS = Array.from(STAY, (_, turn) => turn);

/** What comes before everything else: every registry has scope maps of its own, and no token begins with a digit. */
const FIRST: Readonly<Record<string, string>> = { scopeMaps: '00comes' };
const FIRST_ELSEWHERE = 'aacomes';

/** A body of the type for one of many of them, where they may not all be alike. */
const OWN_BODIES: Readonly<Record<string, (name: string) => object>> = {
  replications: (name) => ({ location: name }),
  cacheRules: (name) => ({ properties: { sourceRepository: `docker.io/library/${name}`, targetRepository: name } }),
};

/** Rows that stay are there before the walk and after it; others come and go between its pages, on both sides of it. */
describe('a walk through a list', () => {
  let app: ArmApp;
  let group: GivenGroup;
  let registry: string;

  beforeAll(async () => {
    // A replication is named after its region, and there has to be one for each.
    const regions = [
      'eastus',
      'westeurope',
      ...STAY,
      ...TURNS.flatMap((turn) => [`${FIRST_ELSEWHERE}${turn}`, lateOf(turn)]),
    ];
    app = await armApp({
      settings: { BERTH_REGISTRY_PORTS: '45100-45999', BERTH_REGIONS: regions.join(',') },
    });
    ({ path: registry, group } = await app.given.registry({ name: 'zzzparent' }));
    for (const child of EVERY_CHILD)
      for (const [path, body] of child.needs?.(registry) ?? []) await app.request('PUT', path, body);
  });
  afterAll(() => app?.close());

  async function walked(path: string, top: number, between: () => Promise<void>): Promise<string[]> {
    const names: string[] = [];
    for (let next: string | undefined = `${path}?$top=${top}`; next;) {
      const { status, body }: { status: number; body: Page } = await app.request<Page>('GET', next);
      expect(status).toBe(200);
      expect(body.value.length).toBeLessThanOrEqual(top);
      names.push(...body.value.map(({ name }) => name));
      next = body.nextLink;
      await between();
    }
    return names;
  }

  it.each([
    {
      type: 'registries',
      at: () => `${group.path}/providers/Microsoft.ContainerRegistry/registries`,
      bodyOf: () => ({ location: 'eastus', sku: { name: 'Basic' } }),
    },
    ...EVERY_CHILD.map((child) => ({
      type: child.type,
      at: () => `${registry}/${child.type}`,
      bodyOf: OWN_BODIES[child.type] ?? (() => child.body(registry)),
    })),
  ])(
    'tells each of the $type that stay once, and none that went before it came there',
    async ({ type, at, bodyOf }) => {
      const all = at();
      const first = FIRST[type] ?? FIRST_ELSEWHERE;
      const put = async (name: string) => {
        const { status } = await app.request('PUT', `${all}/${name}`, bodyOf(name));
        expect([200, 201]).toContain(status);
      };
      const remove = async (name: string) => {
        expect([200, 202]).toContain((await app.request('DELETE', `${all}/${name}`)).status);
        await app.settle();
      };
      for (const name of STAY) await put(name);
      await app.settle();
      let turn = 0;
      const names = await walked(all, 4, async () => {
        await Promise.all([put(`${first}${turn}`), put(lateOf(turn))]);
        await app.settle();
        if (turn > 0) await remove(`${first}${turn - 1}`);
        turn++;
      });
      expect(turn).toBeGreaterThan(5);
      expect(names.filter((name) => STAY.includes(name))).toEqual(STAY);
      expect(new Set(names).size).toBe(names.length);
      const keys = names.map((name) => name.toLowerCase());
      expect(keys).toEqual(keys.toSorted());
      expect(names.filter((name) => name.startsWith(first))).toEqual([]);
    },
  );

  it('tells each registry of a subscription once, whatever group it is in', async () => {
    const subscription = await app.given.subscription();
    const groups = [await app.given.group({ subscription }), await app.given.group({ subscription })];
    const registries = numbered('ofsubscription', 9);
    for (const [index, name] of registries.entries()) {
      const path = `${groups[index % 2]!.path}/providers/Microsoft.ContainerRegistry/registries/${name}`;
      expect((await app.request('PUT', path, { location: 'eastus', sku: { name: 'Basic' } })).status).toBe(201);
    }
    const all = `${subscription.path}/providers/Microsoft.ContainerRegistry/registries`;
    expect(await walked(all, 2, () => Promise.resolve())).toEqual(registries);
  });
});
