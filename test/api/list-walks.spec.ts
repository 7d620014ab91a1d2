import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

interface Page {
  readonly value: readonly { readonly name: string }[];
  readonly nextLink?: string;
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);

/** Rows that stay are there before the walk and after it; others come and go between its pages, on both sides of it. */
describe('a walk through a list', () => {
  let app: ArmApp;
  let group: GivenGroup;
  let registry: string;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_REGISTRY_PORTS: '45100-45999' } });
    ({ path: registry, group } = await app.given.registry({ name: 'zzzparent' }));
  });
  afterAll(() => app?.close());

  async function walked(path: string, top: number, between: () => Promise<void>): Promise<string[]> {
    const names: string[] = [];
    for (let next: string | undefined = `${path}?$top=${top}`; next;) {
      const { status, body }: { status: number; body: Page } = await app.request<Page>('GET', next);
      expect(status).toBe(200);
      names.push(...body.value.map(({ name }) => name));
      next = body.nextLink;
      await between();
    }
    return names;
  }

  it.each([
    [
      'registries',
      () => `${group.path}/providers/Microsoft.ContainerRegistry/registries`,
      { location: 'eastus', sku: { name: 'Basic' } },
    ],
    ['scope maps', () => `${registry}/scopeMaps`, { properties: { actions: ['repositories/a/content/read'] } }],
  ])('tells each of the %s that stay once, and none that went before it came there', async (_what, at, body) => {
    const all = at();
    const stay = numbered('mmstay', 21);
    const put = async (name: string) =>
      expect([200, 201]).toContain((await app.request('PUT', `${all}/${name}`, body)).status);
    const remove = async (name: string) => {
      expect([200, 202]).toContain((await app.request('DELETE', `${all}/${name}`)).status);
      await app.settle();
    };
    for (const name of stay) await put(name);
    await app.settle();
    let turn = 0;
    const names = await walked(all, 4, async () => {
      const [early, late] = [`00comes${turn}`, `mmstay${String(20 - turn).padStart(3, '0')}x`];
      await Promise.all([put(early), put(late)]);
      await app.settle();
      if (turn > 0) await remove(`00comes${turn - 1}`);
      turn++;
    });
    expect(turn).toBeGreaterThan(5);
    expect(names.filter((name) => stay.includes(name))).toEqual(stay);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.toSorted());
    expect(names.filter((name) => name.startsWith('00comes'))).toEqual([]);
  });
});
