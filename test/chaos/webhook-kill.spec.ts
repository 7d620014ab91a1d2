import { afterAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { randomImage, type OciClient } from '../support/oci-client.js';
import { serviceRegistry } from '../support/service-registry.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';
import { webhookReceiver, type Receiver } from '../support/webhook-receiver.js';

const PUSHES = 24;
const WEBHOOKS = 4;
const REPOSITORIES = 4;
/** After so many pushes that were acknowledged the service is killed. */
const KILLS_AFTER = [5, 14];
/** Of each receiver but the first. */
const FAILING_CALLS = [3, 9];

interface Told {
  readonly target: { readonly repository: string; readonly tag: string; readonly digest: string };
}

let made: TestDatabase;
let service: Service | undefined;
const receivers: Receiver[] = [];
const now = { isUp: true, acknowledged: 0 };

afterAll(async () => {
  await service?.stop();
  await Promise.all(receivers.map((one) => one.close()));
  await made?.dispose();
});

/** A login server with webhooks whose receivers fail now and then. */
async function hooked(of: Service): Promise<() => OciClient> {
  const registry = await serviceRegistry(of, { name: 'hooked1', sku: 'Premium' });
  for (let nth = 0; nth < WEBHOOKS; nth++) {
    const receiver = await webhookReceiver((call) => ({ status: nth > 0 && FAILING_CALLS.includes(call) ? 503 : 200 }));
    receivers.push(receiver);
    const properties = { serviceUri: receiver.origin, actions: ['push'] };
    await registry.child(`webhooks/hook${nth}`, { location: 'westeurope', properties });
  }
  return () => registry.client();
}

/** Pushes until it is acknowledged, under another tag each time. Answers the tags that were. */
async function pushes(client: () => OciClient, repository: string, count: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let attempt = 0; acknowledged.length < count; attempt++) {
    const own = client();
    try {
      const { blobs, manifest } = randomImage();
      for (const blob of blobs) await own.pushBlob(repository, blob);
      const tag = `v${String(attempt).padStart(5, '0')}`;
      if ((await own.putManifest(repository, tag, manifest)).status === 201) {
        acknowledged.push(tag);
        now.acknowledged++;
      }
    } catch {
      await until(() => now.isUp);
    } finally {
      await own.close();
    }
  }
  return acknowledged;
}

it('a push that was acknowledged is told to every webhook, however often the service is killed', async () => {
  made = await testDatabase();
  const running = (service = await startService({ databaseUrl: made.url }));
  const client = await hooked(running);
  const repositories = Array.from({ length: REPOSITORIES }, (_, nth) => `team/r${nth}`);
  const pushing = Promise.all(
    repositories.map(async (repository) => ({
      repository,
      tags: await pushes(client, repository, PUSHES / REPOSITORIES),
    })),
  );
  for (const pushed of KILLS_AFTER) {
    await until(() => now.acknowledged >= pushed);
    now.isUp = false;
    await running.kill();
    await running.start();
    now.isUp = true;
  }
  const pushed = await pushing;

  const deliveriesOf = ({ received }: Receiver) =>
    received.map(({ headers, body }) => ({
      id: headers['berth-delivery'],
      body,
      ...(JSON.parse(body) as Told).target,
    }));
  const wanted = pushed.flatMap(({ repository, tags }) => tags.map((tag) => `${repository}:${tag}`));
  // What the killed process held is free when its lease ends.
  await until(
    () =>
      receivers.every((receiver) => {
        const told = new Set(deliveriesOf(receiver).map(({ repository, tag }) => `${repository}:${tag}`));
        return wanted.every((one) => told.has(one));
      }),
    30_000,
  );
  for (const receiver of receivers) {
    const deliveries = deliveriesOf(receiver);
    const first = new Map<string | string[] | undefined, (typeof deliveries)[number]>();
    for (const one of deliveries) if (!first.has(one.id)) first.set(one.id, one);
    // The same id: the same event, letter for letter; and no event has two.
    for (const one of deliveries) expect(one.body).toBe(first.get(one.id)?.body);
    const told = [...first.values()].map(({ repository, tag }) => `${repository}:${tag}`);
    expect(new Set(told).size).toBe(told.length);
    for (const repository of repositories) {
      const tags = told.filter((one) => one.startsWith(`${repository}:`));
      expect(tags).toEqual(tags.toSorted());
    }
  }
}, 90_000);
