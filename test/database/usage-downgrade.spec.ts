import { afterAll, beforeAll, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

const TiB = 1024 ** 4;
let app: ArmApp;

beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

it('a SKU that holds less than is stored is refused, and taken once enough is deleted', async () => {
  const { path } = await app.given.registry();
  const store = (bytes: number) =>
    app.sql(
      `insert into stored_bytes (registry_id, bytes) select id, $2 from registries where key = $1
       on conflict (registry_id) do update set bytes = excluded.bytes`,
      [path.split('/').at(-1)?.toLowerCase(), bytes],
    );
  const downgrade = () => app.request('PATCH', path, { sku: { name: 'Standard' } });
  await store(40 * TiB + 1);
  expect(await downgrade()).toMatchObject({
    status: 409,
    body: {
      error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining(`${40 * TiB + 1} bytes`) as string },
    },
  });
  await store(40 * TiB);
  expect((await downgrade()).status).toBe(201);
});
