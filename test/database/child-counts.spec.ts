import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildCounts1700000070000 } from '../../migrations/1700000070000-child-counts.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

describe('the counts of what lies below registries', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  /** What was counted as rows came and went, and what a count of the rows says now. */
  const counts = async () => ({
    kept: await app.sql<{ n: number }>(
      'select registry_id, kind, n from child_counts where n > 0 order by registry_id, kind',
    ),
    counted: await app.sql(
      `select registry_id, 'tokens' as kind, count(*)::int as n from tokens group by registry_id union all
       select registry_id, 'scopeMaps', count(*)::int from scope_maps where type = 'UserDefined' group by registry_id
       order by registry_id, kind`,
    ),
  });
  const given = async () => {
    const { path } = await app.given.registry();
    for (const name of ['first', 'second', 'third']) {
      await app.request('PUT', `${path}/scopeMaps/${name}`, {
        properties: { actions: ['repositories/a/content/read'] },
      });
      await app.request('PUT', `${path}/tokens/${name}`, { properties: { scopeMapId: `${path}/scopeMaps/${name}` } });
    }
    return path;
  };

  it('are those of the rows, whichever way these come and go', async () => {
    const [path, other] = [await given(), await given()];
    await app.request('PUT', `${path}/tokens/first`, {
      properties: { scopeMapId: `${path}/scopeMaps/first`, status: 'disabled' },
    });
    await app.request('DELETE', `${path}/tokens/first`);
    await app.request('DELETE', `${path}/scopeMaps/first`);
    const { kept, counted } = await counts();
    expect(kept).toEqual(counted);
    expect(kept.reduce((sum, { n }) => sum + n, 0)).toBe(2 + 2 + 3 + 3);

    await app.sql('delete from tokens');
    await app.request('DELETE', other);
    await app.settle();
    const after = await counts();
    expect(after.kept).toEqual(after.counted);
    expect(after.kept).toHaveLength(1);
  });

  it('begin with the rows that were there before them', async () => {
    await given();
    const before = await counts();
    await app.sql('drop table child_counts');
    for (const table of ['tokens', 'scope_maps']) await app.sql(`drop function count_${table} cascade`);
    const runner = app.get(DataSource).createQueryRunner();
    await new ChildCounts1700000070000().up(runner).finally(() => runner.release());
    const after = await counts();
    expect(after).toEqual(before);
    expect(after.kept).toEqual(after.counted);
  });
});
