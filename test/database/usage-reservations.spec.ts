import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StorageFull } from '../../src/usage/storage-full.js';
import {
  forgetReservations,
  releaseStorage,
  renewReservations,
  reserveStorage,
  type Hold,
  type Wanted,
} from '../../src/usage/storage-reservations.repository.js';
import { Usage } from '../../src/usage/usage.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const LIMIT_BYTES = 10_000;
const usage = new Usage();
let open: OpenDatabase;

beforeAll(async () => {
  open = await openDatabase();
  // The registries themselves are of no interest here.
  for (const table of ['stored_blobs', 'stored_bytes', 'storage_reservations'])
    await open.sql(`alter table ${table} drop constraint ${table}_registry_fkey`);
});

afterAll(() => open?.close());

const holdIn = (registryId: string): Hold => ({ registryId, holder: randomUUID(), limitBytes: LIMIT_BYTES });
const blob = (digest: string, sizeBytes: number) => ({ digest, sizeBytes });
const reserve = (hold: Hold, wanted: Wanted) => reserveStorage(open.database, hold, wanted);
const bytes = (sizeBytes: number): Wanted => ({ blobs: [blob('', sizeBytes)] });
const storedIn = (registryId: string) => usage.storedBytes(open.database, registryId);
const store = ({ registryId, ...hold }: Hold, ...blobs: ReturnType<typeof blob>[]) =>
  usage.stored(open.database, registryId, blobs, { registryId, ...hold });

async function reservedIn(registryId: string): Promise<number> {
  const [row] = await open.sql<{ bytes: string }>(`select reserved_bytes($1, '') as bytes`, [registryId]);
  return Number(row?.bytes);
}

/** As if nobody had renewed it for so long. */
async function age({ holder }: Hold, by: string): Promise<void> {
  await open.sql(`update storage_reservations set expires_at = now() - $2::interval where holder = $1`, [holder, by]);
}

test('of reservations at once as many are granted as fit, whoever stores his in between', async () => {
  const registryId = randomUUID();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, async (_, index) => {
      const hold = holdIn(registryId);
      await reserve(hold, { blobs: [blob(`sha256:${index}`, 300)] });
      if (index % 2 === 0) await store(hold, blob(`sha256:${index}`, 300));
    }),
  );
  const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  expect(refusals).toHaveLength(100 - 33);
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(StorageFull);
  expect((await storedIn(registryId)) + (await reservedIn(registryId))).toBe(33 * 300);
});

test('a blob counts once, whoever brings it, and its room stays while one of them still does', async () => {
  const registryId = randomUUID();
  const [one, two, other] = [holdIn(registryId), holdIn(registryId), holdIn(registryId)];
  for (const hold of [one, two]) await reserve(hold, { blobs: [blob('sha256:a', 6_000)] });
  expect(await reservedIn(registryId)).toBe(6_000);
  await expect(reserve(other, bytes(4_001))).rejects.toMatchObject({
    shortage: { usedBytes: 6_000, neededBytes: 4_001, limitBytes: LIMIT_BYTES },
  });
  await releaseStorage(open.database, one, 0);
  await expect(reserve(other, bytes(4_001))).rejects.toThrow(StorageFull);
  await store(two, blob('sha256:a', 6_000));
  await reserve(other, bytes(4_000));
  const again = holdIn(registryId);
  await reserve(again, { blobs: [blob('sha256:a', 6_000)] });
  expect([await storedIn(registryId), await reservedIn(registryId)]).toEqual([6_000, 4_000]);
  // Garbage collection has taken it meanwhile: it will be stored again.
  await open.database.transaction((tx) => usage.removed(tx, registryId, ['sha256:a']));
  expect([await storedIn(registryId), await reservedIn(registryId)]).toEqual([0, 10_000]);
});

test('who says a digest that is stored, and another length, needs room for that', async () => {
  const registryId = randomUUID();
  await store(holdIn(registryId), blob('sha256:a', 100));
  await expect(reserve(holdIn(registryId), { blobs: [blob('sha256:a', 9_901)] })).rejects.toThrow(StorageFull);
});

test('an upload of unknown length gets more than it needs only while there is much more', async () => {
  const registryId = randomUUID();
  const hold = { ...holdIn(registryId), limitBytes: 1_024_000 };
  const wanted = { arrivedBytes: 0, spareBytes: 600 };
  expect(await reserve(hold, { ...bytes(0), ...wanted })).toEqual({ arrivedBytes: 0, spareBytes: 600 });
  expect(await reservedIn(registryId)).toBe(600);
  expect(await reserve(hold, { ...bytes(512_000), ...wanted })).toEqual({ arrivedBytes: 0, spareBytes: 500 });
  expect(await reserve(hold, { ...bytes(1_024_000), ...wanted })).toEqual({ arrivedBytes: 0, spareBytes: 0 });
  await expect(reserve(hold, { ...bytes(1_024_001), ...wanted })).rejects.toThrow(StorageFull);
});

test('a reservation ends by itself, is remembered for a day, and goes on where there is room', async () => {
  const registryId = randomUUID();
  const [paused, other] = [holdIn(registryId), holdIn(registryId)];
  await reserve(paused, bytes(6_000));
  await age(paused, '1 minute');
  expect(await reservedIn(registryId)).toBe(0);
  await reserve(other, bytes(4_000));
  expect(await reserve(paused, bytes(0))).toEqual({ arrivedBytes: 6_000, spareBytes: 0 });
  await expect(reserve(paused, bytes(1))).rejects.toThrow(StorageFull);
  expect(await forgetReservations(open.database)).toBe(0);
  await age(paused, '25 hours');
  expect(await forgetReservations(open.database)).toBe(1);
  expect(await reserve(paused, bytes(0))).toEqual({ arrivedBytes: 0, spareBytes: 0 });
});

test('what flows is renewed, unless somebody is writing it at this moment', async () => {
  const registryId = randomUUID();
  const [one, two] = [holdIn(registryId), holdIn(registryId)];
  for (const hold of [one, two]) await reserve(hold, bytes(100));
  for (const hold of [one, two]) await age(hold, '1 second');
  await open.database.transaction(async (tx) => {
    await tx.count({ name: '', text: 'select from storage_reservations where holder = $1 for update' }, [one.holder]);
    await renewReservations(open.database, [one, two]);
  });
  expect(await reservedIn(registryId)).toBe(100);
  await renewReservations(open.database, [one, two]);
  expect(await reservedIn(registryId)).toBe(200);
});

test('whose reservation has ended stores what fits, and what does not leaves nothing', async () => {
  const registryId = randomUUID();
  const [late, other] = [holdIn(registryId), holdIn(registryId)];
  await reserve(late, bytes(6_000));
  await age(late, '1 second');
  await reserve(other, bytes(5_000));
  await expect(store(late, blob('sha256:a', 6_000))).rejects.toMatchObject({
    shortage: { usedBytes: 5_000, neededBytes: 6_000, limitBytes: LIMIT_BYTES },
  });
  expect([await storedIn(registryId), await reservedIn(registryId)]).toEqual([0, 5_000]);
  await store(late, blob('sha256:b', 5_000));
  expect([await storedIn(registryId), await reservedIn(registryId)]).toEqual([5_000, 5_000]);
});
