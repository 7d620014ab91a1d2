import { describe, expect, it } from 'vitest';
import type { ArmRequest } from '../arm/arm-request.js';
import { ResourceCatalogue, type CataloguedType } from '../arm/resource-catalogue.js';
import { ResourceId } from '../arm/resource-id.js';
import type { Scopes } from '../arm/scopes.js';
import type { Authorization } from '../authorization/authorization.js';
import type { Database } from '../database/database.js';
import { Resources } from './resources.js';

const ORIGIN = 'https://localhost:8443/subscriptions/s/resources';
const AT = new Date(0);

/** A type with so many resources, named so that their order is that of their numbers. */
function typeOf(type: string, count: number): CataloguedType {
  const all = Array.from({ length: count }, (_, index) => `${type}-${String(index).padStart(6, '0')}`);
  return {
    type: `Test/${type}`,
    apiVersions: [],
    deleteAll: () => Promise.resolve(0),
    hold: () => Promise.resolve([]),
    place: () => Promise.resolve(),
    list: (_sql, _scope, { after, limit }) =>
      Promise.resolve(
        all
          .filter((name) => name > after)
          .slice(0, limit)
          .map((name) => ({
            id: name,
            name,
            type: `Test/${type}`,
            location: name.endsWith('999') ? 'rare' : 'common',
            tags: {},
            provisioningState: 'Succeeded',
            createdAt: AT,
            changedAt: AT,
          })),
      ),
  };
}

/** Follows `nextLink` to the end; the names on every page. */
async function pages(types: readonly CataloguedType[], query: string): Promise<string[][]> {
  const catalogue = new ResourceCatalogue();
  for (const type of types) catalogue.add(type);
  const scopes = { assertReadable: () => Promise.resolve() } as unknown as Scopes;
  const resources = new Resources({} as Database, scopes, catalogue, { may: () => true } as unknown as Authorization);
  const seen: string[][] = [];
  for (let next: string | undefined = `${ORIGIN}?${query}`; next !== undefined;) {
    const url = new URL(next);
    const id = ResourceId.parse(url.pathname);
    const request = { id, url, query: Object.fromEntries(url.searchParams) } as unknown as ArmRequest;
    const { value, nextLink } = await resources.list(request);
    seen.push(value.map(({ name }) => name));
    next = nextLink;
  }
  return seen;
}

describe('the list of all resources', () => {
  it('goes through the types one after the other, and leaves nothing out between pages', async () => {
    const seen = await pages([typeOf('b', 150), typeOf('a', 101), typeOf('c', 0)], '');
    expect(seen.map((page) => page.length)).toEqual([100, 100, 51]);
    const names = seen.flat();
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toHaveLength(251);
  });

  it('has no empty page at the end of a full one', async () => {
    expect((await pages([typeOf('a', 200)], '')).map((page) => page.length)).toEqual([100, 100]);
  });

  it('looks at so many for one page only, and goes on where it stopped', async () => {
    const seen = await pages([typeOf('a', 4_500)], "$filter=location eq 'rare'");
    expect(seen).toEqual([['a-000999', 'a-001999'], ['a-002999', 'a-003999'], []]);
  });

  it('passes over types that a filter rules out', async () => {
    expect(await pages([typeOf('a', 3), typeOf('b', 1)], "$filter=resourceType eq 'test/B'")).toEqual([['b-000000']]);
  });
});
