import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Usage } from '../../src/usage/usage.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const usage = new Usage();
let open: OpenDatabase;

beforeAll(async () => {
  open = await openDatabase(10);
  // The registries themselves are of no interest here.
  await open.sql('alter table stored_blobs drop constraint stored_blobs_registry_fkey');
  await open.sql('alter table stored_bytes drop constraint stored_bytes_registry_fkey');
});

afterAll(() => open?.close());

const blob = (digest: string, sizeBytes: number) => ({ digest, sizeBytes });
const sumOf = (registryId: string) => usage.storedBytes(open.database, registryId);

async function store(registryId: string, ...blobs: ReturnType<typeof blob>[]): Promise<void> {
  await open.database.transaction((tx) => usage.stored(tx, registryId, blobs));
}

function remove(registryId: string, ...digests: string[]): Promise<number> {
  return open.database.transaction((tx) => usage.removed(tx, registryId, digests));
}

test('what is removed is no longer counted, once, and says how much it was', async () => {
  const [registryId, other] = [randomUUID(), randomUUID()];
  await store(registryId, blob('a', 5), blob('b', 70));
  await store(other, blob('a', 5));
  expect(await remove(registryId, 'a', 'unknown')).toBe(5);
  expect(await remove(registryId, 'a')).toBe(0);
  expect(await Promise.all([registryId, other].map(sumOf))).toEqual([70, 5]);
  await store(registryId, blob('a', 5));
  expect(await remove(registryId, 'b', 'a')).toBe(75);
  expect(await sumOf(registryId)).toBe(0);
});

test('the sum is that of the rows, whoever stores and removes the same at once', async () => {
  const registryId = randomUUID();
  const blobs = Array.from({ length: 20 }, (_, index) => blob(`digest-${index}`, 1 + index));
  const digests = blobs.map(({ digest }) => digest);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? store(registryId, ...blobs.toReversed()) : remove(registryId, ...digests.toReversed()),
    ),
  );
  const [counted] = await open.sql<{ bytes: string }>(
    'select coalesce(sum(size_bytes), 0) as bytes from stored_blobs where registry_id = $1',
    [registryId],
  );
  expect(await sumOf(registryId)).toBe(Number(counted?.bytes));
  await remove(registryId, ...digests);
  expect(await sumOf(registryId)).toBe(0);
});
