import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listEvents, recordEvent, type RequestEvent } from '../../src/activity-log/activity-log.repository.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { WeeklyPartitions } from '../../src/work/weekly-partitions.js';
import { addPartition } from '../../src/work/weekly-partitions.repository.js';
import { partitionChanges, type WeeklyTable } from '../../src/work/weeks.js';
import { HandClock } from '../support/hand-clock.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';
import { until } from '../support/until.js';

const DAY_SECONDS = 24 * 3_600;
const DAY_MS = DAY_SECONDS * 1000;
const KEPT_DAYS = 90;
/** Weeks that reach into the days that are kept, and those that are made ahead. */
const MOST_PARTITIONS = Math.ceil(KEPT_DAYS / 7) + 1 + 2;

const subscriptionId = randomUUID();
const tenantId = randomUUID();

let open: OpenDatabase;
let clock: HandClock;
let partitions: { keep(): Promise<number> };

beforeEach(async () => {
  open = await openDatabase();
  clock = new HandClock();
  partitions = partitionsOf(KEPT_DAYS);
  await open.sql(`insert into tenants (id, display_name) values ($1, 't')`, [tenantId]);
  await open.sql(`insert into subscriptions (id, tenant_id, display_name, state) values ($1, $2, 's', 'Registered')`, [
    subscriptionId,
    tenantId,
  ]);
});
afterEach(() => open.close());

function tableOf(keptDays: number): WeeklyTable {
  return { name: 'activity_log', timeColumn: 'event_timestamp', keptDays };
}

function partitionsOf(keptDays: number) {
  const kept = new WeeklyPartitions(open.database, clock, new Sweeps());
  return { keep: () => kept.keep(tableOf(keptDays)) };
}

function eventNow(): RequestEvent {
  return {
    id: randomUUID(),
    subscriptionId,
    eventTimestamp: clock.now(),
    resourceKey: '/subscriptions/s',
    groupKey: null,
    providerKey: 'microsoft.resources',
    correlationId: 'c',
    operationId: randomUUID(),
    status: 'Succeeded',
    caller: 'ada',
    detail: {
      resourceId: '/subscriptions/s',
      resourceType: 'Microsoft.Resources/subscriptions',
      provider: 'Microsoft.Resources',
      operationName: 'Microsoft.Resources/subscriptions/write',
      claims: {},
      method: 'PUT',
      clientIpAddress: '::1',
    },
  };
}

const write = () => recordEvent(open.database, eventNow());

async function names(): Promise<readonly string[]> {
  const rows = await open.sql<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'activity_log'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function timesIn(table: string): Promise<readonly Date[]> {
  const rows = await open.sql<{ time: Date }>(`select event_timestamp as time from ${table} order by 1`);
  return rows.map(({ time }) => time);
}

describe('the partitions of the activity log', () => {
  it('are a bounded number over a year, in which every event finds its place and old ones go', async () => {
    const written: Date[] = [];
    const counts: number[] = [];
    for (let day = 0; day < 370; day++) {
      await partitions.keep();
      counts.push((await names()).length);
      for (const seconds of [0, DAY_SECONDS / 2]) {
        clock.pass(seconds);
        written.push(clock.now());
        await write();
      }
      clock.pass(DAY_SECONDS / 2);
    }
    await partitions.keep();
    // The default one besides the weeks.
    expect(Math.max(...counts)).toBeLessThanOrEqual(MOST_PARTITIONS + 1);
    expect(await timesIn('activity_log_default')).toEqual([]);
    const kept = await timesIn('activity_log');
    const nowMs = clock.now().getTime();
    const needed = written.filter((time) => time.getTime() > nowMs - KEPT_DAYS * DAY_MS);
    expect(kept.slice(-needed.length)).toEqual(needed);
    expect(kept[0]!.getTime()).toBeGreaterThan(nowMs - (KEPT_DAYS + 7) * DAY_MS);
    expect(kept.length).toBeLessThan(written.length / 3);
  });

  it('are not needed by events: months without them, and after them all is as before', async () => {
    await partitions.keep();
    const before = await names();
    for (let day = 0; day < 60; day++) {
      clock.pass(DAY_SECONDS);
      await write();
    }
    expect(await names()).toEqual(before);
    expect((await timesIn('activity_log_default')).length).toBeGreaterThan(40);

    for (let day = 0; day < KEPT_DAYS + 21; day++) {
      await partitions.keep();
      await write();
      clock.pass(DAY_SECONDS);
    }
    await partitions.keep();
    expect(await timesIn('activity_log_default')).toEqual([]);
    expect((await names()).length).toBeLessThanOrEqual(MOST_PARTITIONS + 1);
    expect((await timesIn('activity_log')).length).toBeGreaterThanOrEqual(KEPT_DAYS);
  });

  it('take what a clock that was put back has to tell', async () => {
    await partitions.keep();
    clock.pass(-400 * DAY_SECONDS);
    await write();
    expect(await timesIn('activity_log_default')).toEqual([clock.now()]);
    await partitions.keep();
    await write();
    expect(await timesIn('activity_log')).toHaveLength(2);
  });

  it('are made once by processes that start together', async () => {
    await Promise.all([1, 2, 3, 4].map(() => partitions.keep()));
    expect(await names()).toEqual([
      'activity_log_20260223',
      'activity_log_20260302',
      'activity_log_20260309',
      'activity_log_default',
    ]);
    expect(await partitions.keep()).toBe(0);
  });

  it('are made while a write is under way, and dropped only when none is', async () => {
    const shortly = partitionsOf(1);
    await shortly.keep();
    await write();
    clock.pass(9 * DAY_SECONDS);
    await open.database.transaction(async (tx) => {
      await recordEvent(tx, eventNow());
      await expect(shortly.keep()).rejects.toMatchObject({ code: '55P03' });
      expect(await names()).toEqual([
        'activity_log_20260223',
        'activity_log_20260302',
        'activity_log_20260309',
        'activity_log_20260316',
        'activity_log_20260323',
        'activity_log_default',
      ]);
    });
    await shortly.keep();
    expect(await names()).not.toContain('activity_log_20260223');
  });

  it('can be made for the week that is being written into, and no write fails of it', async () => {
    const { missing } = partitionChanges(tableOf(KEPT_DAYS), [], clock.now());
    let writing: Promise<void> = Promise.resolve();
    await open.database.transaction(async (tx) => {
      await addPartition(tx, tableOf(KEPT_DAYS), missing[0]!);
      writing = open.database.transaction((other) => recordEvent(other, eventNow()));
      await until(async () => {
        const waiting = await open.sql(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return waiting.length === 1;
      });
    });
    await writing;
    expect(await timesIn('activity_log_20260223')).toEqual([clock.now()]);
  });

  it('follow the setting of how long events are kept', async () => {
    await partitions.keep();
    await write();
    clock.pass(9 * DAY_SECONDS);
    await partitionsOf(90).keep();
    expect(await timesIn('activity_log')).toHaveLength(1);
    await partitionsOf(1).keep();
    expect(await timesIn('activity_log')).toEqual([]);
  });
});

describe('a question to the activity log', () => {
  it('is answered from an index, and from the weeks only that it is about', async () => {
    await partitions.keep();
    for (let n = 0; n < 300; n++) {
      clock.pass(1);
      await write();
    }
    await open.sql('analyze activity_log');
    const plan = async (where: string) => {
      const rows = await open.sql<{ 'QUERY PLAN': string }>(
        `explain select * from activity_log where subscription_id = '${subscriptionId}'
            and event_timestamp >= '2026-03-01' and event_timestamp <= '2026-03-01T23:00:00Z'
            and (event_timestamp, id) < ('infinity', '${randomUUID()}') ${where}
          order by event_timestamp desc, id desc limit 10`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    expect(await plan('')).toMatch(/Index Scan Backward using activity_log_20260223_pkey/);
    expect(await plan('')).not.toMatch(/Seq Scan|Sort|20260302/);
    expect(await plan(`and resource_key = '/subscriptions/other'`)).toMatch(
      /Index Scan Backward using activity_log_20260223_subscription_id_resource_key/,
    );
  });

  it('finds what was asked for, the newest first', async () => {
    await write();
    clock.pass(1);
    await write();
    const found = await listEvents(open.database, {
      subscriptionId,
      tenantId,
      from: new Date(0),
      to: clock.now(),
      before: { eventTimestamp: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
      limit: 10,
      resourceKey: '/subscriptions/s',
      groupKey: undefined,
      providerKey: undefined,
      correlationId: undefined,
      callerKey: undefined,
      statusKey: undefined,
    });
    expect(found.map(({ eventTimestamp }) => eventTimestamp)).toEqual([
      clock.now(),
      new Date(clock.now().getTime() - 1000),
    ]);
  });
});
