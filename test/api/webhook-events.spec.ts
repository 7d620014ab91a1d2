import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import { claimLanes, renewLanes, writeResults, type ClaimedLane } from '../../src/webhooks/webhook-lanes.repository.js';
import { Metrics } from '../../src/observability/metrics.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { HandClock } from '../support/hand-clock.js';
import { until } from '../support/until.js';
import { webhookReceiver, type Receiver, type Reply } from '../support/webhook-receiver.js';

interface EventAnswer {
  readonly id: string;
  readonly eventRequestMessage: { readonly content: object; readonly headers?: Readonly<Record<string, string>> };
  readonly eventResponseMessage?: { readonly statusCode?: string; readonly content?: string };
}
interface Events {
  readonly value: readonly EventAnswer[];
}

/** So that nothing becomes due by itself. */
const LATER = { 'retry-after': '600' };

describe('events of webhooks', () => {
  const clock = new HandClock();
  const receivers: Receiver[] = [];
  let app: ArmApp;
  let deliveries: WebhookDeliveries;
  let registry: string;
  let made = 0;

  beforeAll(async () => {
    app = await armApp({ clock });
    deliveries = app.get(WebhookDeliveries);
    registry = (await app.given.registry()).path;
  });
  afterEach(async () => {
    await app.sql('delete from webhook_events');
    await app.sql('delete from webhook_lanes');
    await Promise.all(receivers.splice(0).map((one) => one.close()));
  });
  afterAll(() => app?.close());

  async function receiver(reply?: (nth: number) => Reply): Promise<Receiver> {
    const opened = await webhookReceiver(reply);
    receivers.push(opened);
    return opened;
  }

  /** A webhook of its own, and the path of it. */
  async function webhook(serviceUri: string, customHeaders: object = {}): Promise<string> {
    const { body } = await app.request<{ location: string }>('GET', registry);
    const path = `${registry}/webhooks/hook${made++}`;
    const properties = { serviceUri, customHeaders, actions: ['push'] };
    const { status } = await app.request('PUT', path, { location: body.location, properties });
    expect(status).toBe(200);
    return path;
  }

  const ping = async (path: string) => (await app.request<{ id: string }>('POST', `${path}/ping`)).body.id;
  const events = async (path: string) => (await app.request<Events>('POST', `${path}/listEvents`)).body;
  const deliver = (stopping = new AbortController().signal) => deliveries.runOnce(stopping);
  const state = async (id: string) =>
    (
      await app.sql<{ status: string; attempts: number; waits: boolean; leased: boolean }>(
        `select e.status, e.attempts, coalesce(l.due_at > now(), false) as waits, l.lease_token is not null as leased
           from webhook_events e left join webhook_lanes l using (webhook_id, lane) where e.id = $1`,
        [id],
      )
    )[0];
  const waitSeconds = async () =>
    (
      await app.sql<{ wait: number }>(
        'select extract(epoch from max(due_at) - now())::float8 as wait from webhook_lanes',
      )
    )[0]?.wait;
  const makeDue = () => app.sql('update webhook_lanes set due_at = now()');

  it('are posted as clients know them, and what came of them is listed', async () => {
    const { origin, received } = await receiver(() => ({ status: 202, headers: { 'X-Reply': 'yes' }, body: 'taken' }));
    const path = await webhook(`${origin.replace('//', '//user:p%40ss@')}/hooks/0secret0?a=b`, { 'X-Own': '0secret0' });
    const id = await ping(path);
    const content = { id, timestamp: clock.now().toISOString(), action: 'ping' };
    expect(await events(path)).toEqual({ value: [{ id, eventRequestMessage: { content } }] });

    expect(await deliver()).toBe(true);
    expect(await deliver()).toBe(false);
    expect(received).toEqual([
      {
        method: 'POST',
        path: '/hooks/0secret0?a=b',
        headers: {
          host: origin.replace('http://', ''),
          connection: 'keep-alive',
          authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
          'user-agent': 'AzureContainerRegistry/1.0',
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(JSON.stringify(content).length),
          'berth-delivery': id,
          'berth-signature': expect.stringMatching(/^t=\d{10},v1=[\da-f]{64}$/) as string,
          'x-own': '0secret0',
        },
        body: JSON.stringify(content),
      },
    ]);
    const listed = await events(path);
    expect(listed).toMatchObject({
      value: [
        {
          id,
          eventRequestMessage: {
            content,
            method: 'POST',
            version: '1.1',
            requestUri: `${origin}/[secret]`,
            headers: {
              'User-Agent': 'AzureContainerRegistry/1.0',
              'Berth-Delivery': id,
              'Berth-Signature': '[secret]',
              'X-Own': '[secret]',
            },
          },
          eventResponseMessage: {
            statusCode: '202',
            reasonPhrase: 'Accepted',
            version: '1.1',
            headers: { 'x-reply': 'yes' },
            content: 'taken',
          },
        },
      ],
    });
    expect(JSON.stringify(listed)).not.toContain('0secret0');
    expect(await state(id)).toEqual({ status: 'Delivered', attempts: 1, waits: false, leased: false });
  });

  it('take the customer’s own content type', async () => {
    const { origin, received } = await receiver();
    await ping(await webhook(origin, { 'content-type': 'application/x-own' }));
    await deliver();
    expect(received).toMatchObject([{ headers: { 'content-type': 'application/x-own' } }]);
  });

  it('are tried again until the receiver takes them', async () => {
    const { origin, received } = await receiver((nth) => ({ status: [503, 429, 204][nth] ?? 500, headers: LATER }));
    const id = await ping(await webhook(origin));
    await deliver();
    expect(await state(id)).toEqual({ status: 'Pending', attempts: 1, waits: true, leased: false });
    expect(await deliver()).toBe(false);
    for (let again = 0; again < 2; again++) {
      await makeDue();
      await deliver();
    }
    expect(await state(id)).toMatchObject({ status: 'Delivered', attempts: 3 });
    expect(received.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => received[0]!.body));
  });

  it('are given up after a day, and not before', async () => {
    const { origin } = await receiver(() => ({ status: 500 }));
    const path = await webhook(origin);
    const id = await ping(path);
    const openFor = async (time: string) => {
      await app.sql('update webhook_events set opened_at = now() - $1::interval', [time]);
      await makeDue();
      expect(await deliver()).toBe(true);
      return state(id);
    };
    expect(await openFor('23 hours 59 minutes')).toMatchObject({ status: 'Pending', attempts: 1, waits: true });
    expect(await waitSeconds()).toBeLessThan(60);
    expect(await openFor('24 hours')).toEqual({ status: 'Failed', attempts: 2, waits: false, leased: false });
    expect((await events(path)).value[0]).toMatchObject({ eventResponseMessage: { statusCode: '500' } });
    expect(await app.sql('select from webhook_lanes')).toEqual([]);
  });

  it('are tried again when the receiver has asked for it to be', async () => {
    const { origin } = await receiver((nth) => ({ status: nth === 0 ? 503 : 429, headers: { 'retry-after': '900' } }));
    await ping(await webhook(origin));
    for (let again = 0; again < 2; again++) {
      await makeDue();
      await deliver();
      expect(await waitSeconds()).toBeGreaterThan(890);
      expect(await waitSeconds()).toBeLessThanOrEqual(900);
    }
  });

  it('are not sent to wherever a receiver redirects, and are tried again', async () => {
    const elsewhere = await receiver();
    const { origin, received } = await receiver(() => ({
      status: 302,
      headers: { location: elsewhere.origin, ...LATER },
    }));
    const id = await ping(await webhook(origin));
    await deliver();
    expect(await state(id)).toMatchObject({ status: 'Pending', attempts: 1, waits: true });
    expect([received.length, elsewhere.received.length]).toEqual([1, 0]);
  });

  it.each([400, 410])('are not tried again after a %i', async (status) => {
    const { origin, received } = await receiver(() => ({ status }));
    const id = await ping(await webhook(origin));
    await deliver();
    expect(await state(id)).toEqual({ status: 'Failed', attempts: 1, waits: false, leased: false });
    expect(received.length).toBe(1);
  });

  it('say so when nobody answers', async () => {
    const gone = await receiver();
    await gone.close();
    const path = await webhook(gone.origin);
    const id = await ping(path);
    await deliver();
    expect(await state(id)).toMatchObject({ status: 'Pending', attempts: 1, waits: true });
    expect((await events(path)).value[0]?.eventResponseMessage).toEqual({
      reasonPhrase: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('go back to the queue at once when the process ends', async () => {
    const { origin, received } = await receiver((nth) => (nth === 0 ? 'hang' : { status: 200 }));
    const id = await ping(await webhook(origin));
    const stopping = new AbortController();
    const first = deliver(stopping.signal);
    await until(() => received.length === 1);
    stopping.abort();
    expect(await first).toBe(true);
    expect(await state(id)).toEqual({ status: 'Pending', attempts: 0, waits: false, leased: false });
    await deliver();
    expect(await state(id)).toMatchObject({ status: 'Delivered' });
  });

  it('are counted', async () => {
    const { origin } = await receiver((nth) => ({ status: nth === 0 ? 503 : 200 }));
    const path = await webhook(origin);
    const read = async (line: string) => {
      const text = await app.get(Metrics).text();
      return Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`${line} `))
          ?.split(' ')
          .at(-1) ?? 0,
      );
    };
    const lines = [
      'berth_webhook_events_total{outcome="Delivered"}',
      'berth_webhook_retries_total{reason="5xx"}',
      'berth_webhook_delay_seconds_count',
      'berth_webhook_redeliveries_total',
    ];
    const before = await Promise.all(lines.map(read));
    const id = await ping(path);
    await deliver();
    await app.request('POST', `${path}/redeliver`, { id });
    await deliver();
    const after = await Promise.all(lines.map(read));
    expect(after.map((value, nth) => value - (before[nth] ?? 0))).toEqual([1, 1, 1, 1]);
  });

  it('leave no trace of an attempt whose claim was lost', async () => {
    const { origin, received } = await receiver((nth) => (nth === 0 ? 'hang' : { status: 200 }));
    const id = await ping(await webhook(origin));
    const late = deliver();
    await until(() => received.length === 1);
    await app.sql(`update webhook_lanes set due_at = now() - interval '1 second'`);
    await deliver();
    await receivers.at(-1)!.close();
    expect(await late).toBe(true);
    expect(await state(id)).toMatchObject({ status: 'Delivered', attempts: 1 });
    expect(await app.sql(`select response ->> 'statusCode' as code from webhook_events`)).toEqual([{ code: '200' }]);
  });

  it('stand as they are when somebody speaks of them whose claim is over', async () => {
    const id = await ping(await webhook('http://127.0.0.1:9'));
    const database = app.get(Database);
    const claim = async () => (await claimLanes(database, [], 1, 1))[0]!;
    const says = (lane: ClaimedLane, status: 'Delivered' | 'Failed', isEnd = true) => {
      const result = { lane, event: { id, createdAt: clock.now() }, status, request: undefined, because: null };
      const end = { lane, isEmpty: true, delayMs: 0, ended: 1, waitingSince: undefined, isExpired: true };
      const results = [{ ...result, response: { reasonPhrase: status } }];
      return database.transaction((tx) => writeResults(tx, results, isEnd ? [end] : [], 0));
    };
    const rows = () => app.sql('select * from webhook_events natural join webhook_lanes');

    const over = await claim();
    await makeDue();
    const held = await claim();
    const before = await rows();
    await says(over, 'Failed');
    expect([before.length, await rows()]).toEqual([1, before]);
    expect(await renewLanes(database, [over, held])).toEqual(new Set([held.leaseToken]));
    await says(held, 'Delivered', false);
    await says(held, 'Failed');
    expect(await state(id)).toEqual({ status: 'Delivered', attempts: 1, waits: false, leased: false });
    expect(await app.sql('select from webhook_lanes')).toEqual([]);
  });

  it('are sent again when what came of them could not be written', async () => {
    const { origin, received } = await receiver();
    const path = await webhook(origin);
    const [first, second] = [await ping(path), await ping(path)];
    await app.sql('delete from webhook_lanes');
    await app.sql(`update webhook_events set lane = 'both'`);
    await app.sql(`insert into webhook_lanes (webhook_id, lane, waiting) select webhook_id, lane, count(*)
                     from webhook_events group by 1, 2`);
    await app.sql(`alter table webhook_events add constraint unwritable check (attempts = 0 or id <> '${first}')`);
    await deliver();
    await app.sql('alter table webhook_events drop constraint unwritable');
    expect(await state(first)).toEqual({ status: 'Pending', attempts: 0, waits: false, leased: false });
    expect(await app.sql('select waiting from webhook_lanes')).toEqual([{ waiting: 1 }]);
    await deliver();
    expect(received.map(({ headers }) => headers['berth-delivery'])).toEqual([first, second, first]);
    expect(await app.sql('select status from webhook_events')).toEqual([1, 2].map(() => ({ status: 'Delivered' })));
    expect(await app.sql('select from webhook_lanes')).toEqual([]);
  });

  it('are posted once each by ten workers', async () => {
    const { origin, received } = await receiver();
    const path = await webhook(origin);
    const ids = await Promise.all(Array.from({ length: 60 }, () => ping(path)));
    const drain = async () => {
      while (await deliver());
    };
    await Promise.all(Array.from({ length: 10 }, drain));
    const posted = received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(posted.sort()).toEqual(ids.sort());
  });

  it('are sent again when somebody asks, as they were', async () => {
    const { origin, received } = await receiver((nth) => ({ status: nth === 1 ? 400 : 200 }));
    const path = await webhook(origin);
    const again = async (body: object) => (await app.request('POST', `${path}/redeliver`, body)).body;
    const ids: string[] = [];
    for (let nth = 0; nth < 3; nth++) {
      clock.pass(60);
      ids.push(await ping(path));
      await deliver();
    }
    const [first, second, third] = received;
    let seen = 3;
    const posted = () => {
      const since = received.slice(seen);
      seen += since.length;
      return since.map(({ body }) => body);
    };
    expect(await again({ id: ids[0] })).toEqual({ events: 1 });
    expect(await state(ids[0]!)).toEqual({ status: 'Pending', attempts: 0, waits: false, leased: false });
    await deliver();
    expect(received[3]?.headers['berth-delivery']).toBe(ids[0]);
    expect(posted()).toEqual([first!.body]);

    const [from, to] = [120, 0].map((seconds) => new Date(clock.now().getTime() - seconds * 1_000).toISOString());
    expect(await again({ from, failedOnly: true })).toEqual({ events: 1 });
    await deliver();
    expect(posted()).toEqual([second!.body]);
    expect(await again({ from, to })).toEqual({ events: 2 });
    await deliver();
    expect(posted().toSorted()).toEqual([first!.body, second!.body].toSorted());
    expect(await again({ from: to, failedOnly: false })).toEqual({ events: 0 });
    clock.pass(1);
    expect(await again({ from: to })).toEqual({ events: 1 });
    await deliver();
    expect(posted()).toEqual([third!.body]);
    expect(await app.sql('select from webhook_lanes')).toEqual([]);
  });

  it('that wait are tried at once when that is asked for, or when the webhook is changed', async () => {
    const { origin, received } = await receiver((nth) => ({ status: nth < 2 ? 500 : 200, headers: LATER }));
    const path = await webhook(origin);
    const id = await ping(path);
    await deliver();
    expect(await deliver()).toBe(false);
    expect((await app.request('POST', `${path}/redeliver`, { id })).body).toEqual({ events: 1 });
    expect(await deliver()).toBe(true);
    expect(await deliver()).toBe(false);
    expect((await app.request('PATCH', path, { tags: { at: 'once' } })).status).toBe(200);
    expect(await deliver()).toBe(true);
    expect(await state(id)).toEqual({ status: 'Delivered', attempts: 2, waits: false, leased: false });
    expect(received).toHaveLength(3);
  });

  it('are forgotten after thirty days', async () => {
    const path = await webhook('http://127.0.0.1:9');
    const [old, young] = [await ping(path), await ping(path)];
    const age = (id: string, time: string) =>
      app.sql('update webhook_events set created_at = $2::timestamptz - $3::interval where id = $1', [
        id,
        clock.now(),
        time,
      ]);
    await age(old, '30 days 1 second');
    await age(young, '29 days 23 hours');
    await app.get(Sweeps).runAll();
    expect(await app.sql('select id from webhook_events')).toEqual([{ id: young }]);
  });
});
