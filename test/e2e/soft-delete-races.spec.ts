import { expect, test } from 'vitest';
import { DeletedPurge } from '../../src/content/deleted-purge.js';
import { Retention } from '../../src/content/retention.js';
import { collect } from '../support/garbage.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';
import { loginServers } from '../support/oci-registry.js';
import { until } from '../support/until.js';

const ROUNDS = 5;
const { edge, opened } = loginServers();

type Image = ReturnType<typeof randomImage>;

async function push(client: OciClient, { blobs, manifest }: Image, tag: string): Promise<number> {
  for (const blob of blobs) await client.pushBlob('a', blob);
  const { status } = await client.putManifest('a', tag, manifest);
  // What is being removed just then has to be pushed again.
  expect([201, 400, 503]).toContain(status);
  return status;
}

async function expectWhole(client: OciClient, tag: string, { manifest, blobs }: Image): Promise<void> {
  const pulled = await client.send('GET', `/v2/a/manifests/${tag}`, { headers: { accept: MANIFEST_TYPE } });
  expect([pulled.status, pulled.bytes]).toEqual([200, manifest]);
  for (const blob of blobs) expect((await client.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(200);
}

/**
 * What engines were asked for before something was removed is known for a day: no push lasts that long, so that none may be
 * under way when the clock passes one.
 */
function calendar() {
  let underWay = 0;
  let isPassing = false;
  return {
    async within<T>(work: () => Promise<T>): Promise<T> {
      await until(() => !isPassing);
      underWay++;
      return work().finally(() => underWay--);
    },
    async passDay(): Promise<void> {
      isPassing = true;
      await until(() => underWay === 0);
      edge().clock.pass(86_400);
      isPassing = false;
    },
  };
}

test('what is pushed, deleted, restored and purged at once is whole when a push of it was answered 201', async () => {
  const { given, client } = await opened();
  const policies = {
    ...given.registry.policies,
    retentionPolicy: { status: 'enabled' as const, days: 0 },
    softDeletePolicy: { status: 'enabled' as const, retentionDays: 1 },
  };
  await edge().change(given.registry, { policies, retentionEnabledAt: edge().clock.now() });
  const images = Array.from({ length: 3 }, () => randomImage());
  const digestOf = (image: Image) => sha256(image.manifest);
  await Promise.all(images.map((image, index) => push(client, image, `v${index}`)));
  const over = new AbortController();
  const days = calendar();
  let purged = 0;
  let rounds = 0;
  const sweeping = (async () => {
    while (!over.signal.aborted) {
      await days.passDay();
      await edge().get(Retention).sweep();
      purged += await edge().get(DeletedPurge).sweep();
      rounds++;
    }
  })();
  const collecting = (async () => {
    while (!over.signal.aborted) await collect(edge(), given);
  })();
  const users = images.map(async (image, index) => {
    for (let round = 0; round < ROUNDS; round++) {
      await client.send('DELETE', round % 2 ? `/acr/v1/a/_tags/v${index}` : `/v2/a/manifests/${digestOf(image)}`);
      // Some of it is given the time to be purged.
      const begun = rounds;
      if (round % 4 === 0) await until(() => Promise.resolve(rounds > begun + 1));
      const restored = await client.send('POST', `/acr/v1/_deleted/a/_manifests/${digestOf(image)}`, {
        body: JSON.stringify({ tag: `v${index}` }),
        headers: { 'content-type': 'application/json' },
      });
      expect([200, 404]).toContain(restored.status);
      if (restored.status === 200) await expectWhole(client, `v${index}`, image);
      if ((await days.within(() => push(client, image, `v${index}`))) === 201)
        await expectWhole(client, `v${index}`, image);
    }
  });
  await Promise.all(users).finally(() => over.abort());
  await Promise.all([sweeping, collecting]);
  expect(purged).toBeGreaterThan(0);
  edge().clock.pass(1);
  for (const [index, image] of images.entries()) {
    expect(await push(client, image, `v${index}`)).toBe(201);
    await expectWhole(client, `v${index}`, image);
  }
  const both = await edge().sql(
    `select d.digest from deleted_manifests d join repositories r on r.registry_id = d.registry_id and r.name = d.repository
       join manifests m on m.repository_id = r.id and m.digest = d.digest where d.registry_id = $1`,
    [given.registry.id],
  );
  expect(both).toEqual([]);
});
