import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { ContentEvents } from '../../src/content/content-events.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import type { WebhookEvent } from '../../src/webhooks/webhook-event.entity.js';
import type { Webhook } from '../../src/webhooks/webhook.entity.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { givenWebhook } from '../support/given-webhook.js';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { until } from '../support/until.js';
import { webhookReceiver, type Receiver, type Reply } from '../support/webhook-receiver.js';

const { edge, opened } = loginServers();

/** So that nothing becomes due by itself. */
const LATER = { headers: { 'retry-after': '600' } };

interface Told {
  readonly id: string;
  readonly action: string;
  readonly target: { readonly repository: string; readonly tag?: string };
}

const deliver = () => edge().get(WebhookDeliveries).runOnce(new AbortController().signal);
const makeDue = () => edge().sql('update webhook_lanes set due_at = now() where lease_token is null');
const eventsOf = ({ id }: Webhook) =>
  edge().sql<Pick<WebhookEvent, 'action' | 'lane' | 'status'>>(
    'select action, lane, status from webhook_events where webhook_id = $1 order by sequence',
    [id],
  );
const toldTo = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body) as Told);
const tagsTold = (to: Receiver) => toldTo(to).map(({ target: { repository, tag } }) => `${repository}:${tag ?? ''}`);

async function receiver(reply?: (nth: number) => Reply): Promise<Receiver> {
  const one = await webhookReceiver(reply);
  onTestFinished(() => one.close());
  return one;
}

async function pushChart(client: OciClient, repository: string, tag: string): Promise<string> {
  const config = Buffer.from(JSON.stringify({ name: 'wordpress', version: tag }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: {
        mediaType: 'application/vnd.cncf.helm.config.v1+json',
        digest: sha256(config),
        size: config.length,
      },
      layers: [],
    }),
  );
  expect((await client.pushBlob(repository, config)).status).toBe(201);
  expect((await client.putManifest(repository, tag, manifest)).status).toBe(201);
  return sha256(manifest);
}

afterEach(async () => {
  await edge().sql('delete from webhook_lanes');
  await edge().sql('delete from webhooks');
});

describe('a webhook', () => {
  it('is told of a push when it is answered, as Azure tells it', async () => {
    const { given, client } = await opened();
    const to = await receiver();
    await givenWebhook(edge(), given, { serviceUri: to.origin });
    const { digest, size } = await pushImage(client, 'team/app', 'v1');
    expect(await deliver()).toBe(true);
    const [told] = toldTo(to);
    expect(told).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      timestamp: edge().clock.now().toISOString(),
      action: 'push',
      target: { mediaType: MANIFEST_TYPE, size, digest, length: size, repository: 'team/app', tag: 'v1' },
      request: {
        id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
        host: given.loginServer,
        method: 'PUT',
        useragent: '',
      },
    });
    expect(to.received[0]?.headers).toMatchObject({
      'user-agent': 'AzureContainerRegistry/1.0',
      'content-type': 'application/json; charset=utf-8',
      'berth-delivery': told?.id,
    });
    expect(await edge().sql('select from webhook_lanes')).toEqual([]);
  });

  it('hears what it wants to hear of, and each event once', async () => {
    const { given, client } = await opened();
    const { given: other, client: others } = await opened();
    const hook = (settings: Partial<Webhook>) => givenWebhook(edge(), given, settings);
    const all = ['push', 'delete', 'quarantine', 'chart_push', 'chart_delete'] as const;
    const hooks = {
      everything: await hook({ actions: all }),
      pushes: await hook({ actions: ['push'] }),
      deletions: await hook({ actions: ['delete'] }),
      charts: await hook({ actions: ['chart_push', 'chart_delete'] }),
      disabled: await hook({ actions: all, status: 'disabled' }),
      repository: await hook({ actions: all, scope: 'team/app:*' }),
      tag: await hook({ actions: all, scope: 'team/app:v1' }),
      latest: await hook({ actions: all, scope: 'team/app' }),
      elsewhere: await hook({ actions: all, scope: 'team:*' }),
      other: await givenWebhook(edge(), other, { actions: all }),
    };
    const image = await pushImage(client, 'team/app', 'v1', 'latest');
    await pushImage(client, 'team/app');
    await client.send('DELETE', '/v2/team/app/manifests/v1');
    await client.send('DELETE', `/v2/team/app/manifests/${image.digest}`);
    const chart = await pushChart(client, 'charts/wordpress', '5.4.0');
    await client.send('DELETE', `/v2/charts/wordpress/manifests/${chart}`);
    await pushImage(others, 'z', 'v1');

    const heard: Record<string, string[]> = {};
    for (const [name, of] of Object.entries(hooks)) {
      const rows = await edge().sql<{ told: string }>(
        `select concat_ws(' ', d.action, e.repository, e.tag) as told
           from webhook_events d join content_events e on e.id = d.event_id where d.webhook_id = $1 order by d.sequence`,
        [of.id],
      );
      heard[name] = rows.map(({ told }) => told);
    }
    const [one, two, three] = ['push team/app v1', 'push team/app latest', 'push team/app'];
    const [untag, deletion] = ['delete team/app v1', 'delete team/app'];
    expect(heard).toEqual({
      everything: [
        one,
        two,
        three,
        untag,
        deletion,
        'chart_push charts/wordpress 5.4.0',
        'chart_delete charts/wordpress',
      ],
      pushes: [one, two, three, 'push charts/wordpress 5.4.0'],
      deletions: [untag, deletion, 'delete charts/wordpress'],
      charts: ['chart_push charts/wordpress 5.4.0', 'chart_delete charts/wordpress'],
      disabled: [],
      repository: [one, two, three, untag, deletion],
      tag: [one, untag],
      latest: [two],
      elsewhere: [],
      other: ['push z v1'],
    });
  });

  it('hears nothing of a push that is refused', async () => {
    const { given, client } = await opened();
    const hook = await givenWebhook(edge(), given);
    expect((await client.putManifest('a', 'v1', randomImage().manifest)).status).toBe(400);
    expect(await eventsOf(hook)).toEqual([]);

    let isBroken = true;
    edge()
      .get(ContentEvents)
      .follow((tx) => (isBroken ? tx.count({ name: '', text: 'select 1 / 0' }) : Promise.resolve()));
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) await client.pushBlob('a', blob);
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(503);
    expect(await eventsOf(hook)).toEqual([]);
    isBroken = false;
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    expect(await eventsOf(hook)).toHaveLength(1);
  });

  it('leaves nothing to send when it is deleted', async () => {
    const { given, client } = await opened();
    const to = await receiver();
    const hook = await givenWebhook(edge(), given, { serviceUri: to.origin });
    await pushImage(client, 'a', 'v1');
    await edge().sql('delete from webhooks where id = $1', [hook.id]);
    await deliver();
    expect([await eventsOf(hook), await edge().sql('select from webhook_lanes'), to.received]).toEqual([[], [], []]);
  });
});

describe('the order of what a webhook hears', () => {
  it('is that of a repository; what failed holds up what came after it there, and nothing else', async () => {
    const { given, client } = await opened();
    const to = await receiver((nth) => ({ status: nth === 0 ? 503 : 200, ...LATER }));
    const hook = await givenWebhook(edge(), given, { serviceUri: to.origin });
    await pushImage(client, 'a', 'v1', 'v2', 'v3');
    await deliver();
    await pushImage(client, 'b', 'v1', 'v2');
    await pushImage(client, 'a', 'v4');
    await deliver();
    expect(await deliver()).toBe(false);
    expect(tagsTold(to)).toEqual(['a:v1', 'b:v1', 'b:v2']);
    await makeDue();
    await deliver();
    expect(tagsTold(to)).toEqual(['a:v1', 'b:v1', 'b:v2', 'a:v1', 'a:v2', 'a:v3', 'a:v4']);
    const [first, , , again] = toldTo(to);
    expect(again).toEqual(first);
    expect((await eventsOf(hook)).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'Delivered'));
  });

  it('goes on with what happened while something was being told', async () => {
    const { given, client } = await opened();
    const waiting: (() => void)[] = [];
    const server = createServer((asked, answer) => {
      asked.resume();
      waiting.push(() => answer.end());
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const serviceUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const hook = await givenWebhook(edge(), given, { serviceUri });
    await pushImage(client, 'a', 'v1');
    for (const [nth, left] of [1, 0].entries()) {
      const turn = deliver();
      await until(() => waiting.length === nth + 1);
      if (nth === 0) await pushImage(client, 'a', 'v2');
      waiting[nth]?.();
      expect(await turn).toBe(true);
      expect(await edge().sql('select from webhook_lanes')).toHaveLength(left);
    }
    expect((await eventsOf(hook)).map(({ status }) => status)).toEqual(['Delivered', 'Delivered']);
  });

  it('is kept by many workers at once', async () => {
    const { given, client } = await opened();
    const to = await receiver();
    await givenWebhook(edge(), given, { serviceUri: to.origin });
    const tags = Array.from({ length: 20 }, (_, nth) => `v${String(nth).padStart(2, '0')}`);
    const working = { isOver: false };
    const workers = Array.from({ length: 6 }, async () => {
      while (!working.isOver) await deliver();
    });
    await pushImage(client, 'a', ...tags);
    await until(() => to.received.length >= tags.length);
    working.isOver = true;
    await Promise.all(workers);
    expect(tagsTold(to)).toEqual(tags.map((tag) => `a:${tag}`));
  });
});

describe('a receiver', () => {
  it('that is away for ten minutes loses nothing', async () => {
    const { given, client } = await opened();
    let isAway = true;
    const to = await receiver(() => ({ status: isAway ? 503 : 200 }));
    await givenWebhook(edge(), given, { serviceUri: to.origin });
    const pushed: string[] = [];
    const push = async (tag: string) => {
      for (const repository of ['a', 'b', 'c']) {
        await pushImage(client, repository, tag);
        pushed.push(`${repository}:${tag}`);
      }
    };
    /** What is due after so long is made due now. */
    const pass = async (seconds: number) => {
      await edge().sql(
        `update webhook_lanes set due_at = due_at - $1 * interval '1 second' where lease_token is null`,
        [seconds],
      );
      await edge().sql(`update webhook_events set opened_at = opened_at - $1 * interval '1 second'`, [seconds]);
      while (await deliver());
    };
    for (let minute = 0; minute < 10; minute++) {
      await push(`v${minute}`);
      await pass(60);
    }
    expect(to.received.length).toBeGreaterThan(3);
    isAway = false;
    const before = to.received.length;
    // Longer than the longest wait after ten minutes of it.
    await pass(1_600);
    const arrived = tagsTold(to).slice(before);
    expect(arrived.toSorted()).toEqual(pushed.toSorted());
    for (const repository of ['a', 'b', 'c'])
      expect(arrived.filter((tag) => tag.startsWith(repository))).toEqual(
        pushed.filter((tag) => tag.startsWith(repository)),
      );
  });

  it('that hangs has a few connections of its own, and the others do not wait for it', async () => {
    const { given, client } = await opened();
    const hanging = await receiver(() => 'hang');
    const good = await receiver();
    const stopping = new AbortController();
    for (let nth = 0; nth < 40; nth++) await givenWebhook(edge(), given, { serviceUri: hanging.origin });
    await givenWebhook(edge(), given, { serviceUri: good.origin });
    const deliveries = edge().get(WebhookDeliveries);
    const repositories = Array.from({ length: 12 }, (_, nth) => `r${nth}`);
    for (const repository of repositories) await pushImage(client, repository, 'v1');
    const turns: Promise<boolean>[] = [];
    await until(() => {
      turns.push(deliveries.runOnce(stopping.signal));
      return good.received.length === repositories.length && hanging.received.length === 40 * 8;
    });
    await pushImage(client, 'late', 'v1');
    turns.push(deliveries.runOnce(stopping.signal));
    await until(() => good.received.length === repositories.length + 1);
    expect(hanging.received).toHaveLength(40 * 8);
    stopping.abort();
    await Promise.all(turns);
    expect(await edge().sql('select from webhook_lanes where lease_token is not null')).toEqual([]);
  });
});
