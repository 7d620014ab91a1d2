import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const kinds = {
  name: 'test.kinds',
  text: `select 'é'::text as text, 7 as number, 7::bigint as large, true as yes, null::text as nothing,
                '{"a": {"b": [1]}}'::jsonb as json, array['x', 'y'] as list,
                '2026-11-23 15:00:00.123456+00'::timestamptz as at, 'infinity'::timestamptz as never,
                '0044-03-15 12:00:00+00 BC'::timestamptz as ides`,
};
const repeated = {
  name: 'test.repeated',
  text: `select jsonb_build_object('half', number / 2) as json from generate_series(0, 3) number order by number`,
};
const zoned = { name: 'test.zoned', text: `select '2026-07-23 15:00:00.5+00'::timestamptz as at` };
const none = { name: 'test.none', text: 'select 1 as one where false' };

describe('the rows of a statement', () => {
  let open: OpenDatabase;

  beforeAll(async () => {
    open = await openDatabase(1);
  });
  afterAll(() => open.close());

  it('have the values that pg gives', async () => {
    expect(await open.database.row(kinds)).toEqual({
      text: 'é',
      number: 7,
      large: '7',
      yes: true,
      nothing: null,
      json: { a: { b: [1] } },
      list: ['x', 'y'],
      at: new Date('2026-11-23T15:00:00.123Z'),
      never: Infinity,
      ides: new Date('-000043-03-15T12:00:00.000Z'),
    });
  });

  it('are objects of their own, whatever ran the statement', async () => {
    const [first, second] = [await open.database.row<object>(zoned), await open.database.row<object>(zoned)];
    Object.assign(first!, { at: 'changed' });
    expect(second).toEqual({ at: new Date('2026-07-23T15:00:00.500Z') });
    expect(await open.database.transaction((tx) => tx.rows(zoned))).toEqual([second]);
    expect([await open.database.rows(none), await open.database.row(none)]).toEqual([[], undefined]);
  });

  it('are the same instants in every time zone of the session', async () => {
    for (const zone of ['Asia/Kolkata', 'America/St_Johns', 'UTC']) {
      await open.sql(`set time zone '${zone}'`);
      expect(await open.database.row(zoned)).toEqual({ at: new Date('2026-07-23T15:00:00.500Z') });
    }
  });

  it('share the parsed JSON of the row before, which nobody can change', async () => {
    const [first, second, third] = await open.database.rows<{ json: { half: number } }>(repeated);
    expect([first?.json, second?.json, third?.json]).toEqual([{ half: 0 }, { half: 0 }, { half: 1 }]);
    expect(first?.json).toBe(second?.json);
    expect(() => Object.assign(first!.json, { half: 5 })).toThrow('read only');
  });
});
