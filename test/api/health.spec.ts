import { randomUUID } from 'node:crypto';
import { Controller, Get, Logger, Param } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/config.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { Database } from '../../src/database/database.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { Notifications } from '../../src/database/notifications.js';
import { EdgeObserver } from '../../src/edge/edge-observer.js';
import { ObservabilityModule } from '../../src/observability/observability.module.js';
import { ServiceLog } from '../../src/observability/service-log.js';
import { Secret } from '../../src/secrets/secret.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { Operations } from '../../src/work/operations.js';
import { WorkModule } from '../../src/work/work.module.js';
import { WorkObserver } from '../../src/work/work-observer.js';
import { Worker } from '../../src/work/worker.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { FakeDataPlane } from '../support/fake-data-plane.js';
import { until } from '../support/until.js';

const SUBSCRIPTION = '/subscriptions/6F3C2C1E-0b5a-4a44-9d0e-3f1f7e0e8a11';

@Controller()
class ProbeController {
  @Get('subscriptions/:id')
  subscription(@Param('id') id: string): unknown {
    if (id === 'boom') throw new Error('broken inside');
    return { id };
  }
}

class TwoEngines extends FakeDataPlane {
  override running(): number {
    return 2;
  }

  override starts(): number {
    return 7;
  }
}

describe('health, metrics and the log', () => {
  const lines: Record<string, unknown>[] = [];
  let app: NestFastifyApplication;
  let made: TestDatabase;

  beforeAll(async () => {
    made = await testDatabase();
    const log = new ServiceLog('info', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.with(loadConfig({ BERTH_DATABASE_URL: made.url, BERTH_ROLES: 'api', BERTH_PUT_LINGER_MS: '0' })),
        DatabaseModule,
        ObservabilityModule,
        WorkModule,
      ],
      controllers: [ProbeController],
    })
      .overrideProvider(ServiceLog)
      .useValue(log)
      .overrideProvider(DataPlane)
      .useValue(new TwoEngines())
      .compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterAll(async () => {
    await app?.close();
    await made?.dispose();
  });

  async function ready(): Promise<{ status: number; body: unknown }> {
    const answer = await app.inject({ url: '/healthz/ready' });
    return { status: answer.statusCode, body: answer.json() };
  }

  /** Runs SQL as somebody else, connected to another database of the same server. */
  async function elsewhere(sql: string): Promise<void> {
    const url = new URL(made.url);
    url.pathname = '/postgres';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  const databaseName = () => new URL(made.url).pathname.slice(1);

  it('is alive without asking the database', async () => {
    const answer = await app.inject({ url: '/healthz/live' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'alive' }]);
  });

  it('is ready when the database answers with the newest schema', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', migrations: 'ok', notifications: 'ok' } },
    });
  });

  it('is not ready while the database takes no connections, and is again afterwards', async () => {
    await elsewhere(`alter database ${databaseName()} allow_connections false`);
    await elsewhere(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${databaseName()}'`);
    expect(await ready()).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        checks: {
          database: expect.stringContaining(databaseName()),
          migrations: 'Unknown while the database does not answer.',
          notifications: 'ok',
        },
      },
    });
    await elsewhere(`alter database ${databaseName()} allow_connections true`);
    expect((await ready()).status).toBe(200);
  });

  it('is not ready while a migration is missing, and names it', async () => {
    const sql = new Client({ connectionString: made.url });
    await sql.connect();
    try {
      await sql.query(`create table kept as select * from migrations order by id desc limit 1`);
      await sql.query(`delete from migrations where id in (select id from kept)`);
      const { rows } = await sql.query<{ name: string }>('select name from kept');
      expect(await ready()).toEqual({
        status: 503,
        body: {
          status: 'not ready',
          checks: {
            database: 'ok',
            migrations: `Not applied: ${rows[0]?.name}. Restart the service to apply them.`,
            notifications: 'ok',
          },
        },
      });
      await sql.query('insert into migrations select * from kept');
      expect((await ready()).status).toBe(200);
    } finally {
      await sql.end();
    }
  });

  it('is not ready while nothing can wake the workers, and is again once it can', async () => {
    let heard = 0;
    const stop = await app.get(Notifications).listen('probe', () => heard++);
    await elsewhere(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'berth-listen'`);
    await until(async () => (await ready()).status === 503);
    await until(() => heard > 0);
    expect((await ready()).status).toBe(200);
    stop();
  });

  it('writes one line per request, with no query and no token', async () => {
    const answer = await app.inject({
      url: `${SUBSCRIPTION}?api-version=1&sig=hush`,
      headers: { authorization: 'Bearer hush' },
    });
    expect(answer.statusCode).toBe(200);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        pid: process.pid,
        context: 'Http',
        method: 'GET',
        route: '/subscriptions/:id',
        status: 200,
        ms: expect.any(Number),
        requestId: expect.any(String),
        resource: SUBSCRIPTION,
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  it('writes an answer that is our fault as an error, and one that is the client’s as information', async () => {
    await app.inject({ url: '/subscriptions/boom' });
    await app.inject({ url: '/no/such/route' });
    expect(lines.map(({ level, route, status }) => [level, route, status])).toEqual([
      ['error', '/subscriptions/:id', 500],
      ['info', 'none', 404],
    ]);
  });

  it('writes what Nest says, with the name of who said it and no values of a database error', async () => {
    const log = app.get(ServiceLog);
    Logger.overrideLogger(log);
    try {
      new Logger('Worker').warn({ operation: 'one', message: 'Slow.', err: databaseError() });
      new Logger('Worker').error('Broken.', 'at line 1');
      new Logger('Worker').log(`A secret: ${new Secret('hush').toString()}`);
      new Logger('Worker').log({ msg: 'Said in another way.' });
      new Logger('RouterExplorer').log('Mapped one of many routes.');
      new Logger('Worker').debug('Not at this level.');
    } finally {
      Logger.overrideLogger(false);
    }
    const common = { time: expect.any(String), pid: process.pid, context: 'Worker' };
    expect(lines).toEqual([
      {
        ...common,
        level: 'warn',
        operation: 'one',
        message: 'Slow.',
        err: { type: 'Error', code: '23505', constraint: 'a_key', stack: expect.stringContaining('duplicate key') },
      },
      { ...common, level: 'error', message: 'Broken.', stack: 'at line 1' },
      { ...common, level: 'info', message: 'A secret: [secret]' },
      { ...common, level: 'info', message: 'Said in another way.' },
    ]);
  });

  it('counts requests by route, operations by kind and outcome, and running engines', async () => {
    app.get(OperationKinds).register({
      type: 'A/b',
      kind: 'Create',
      plan: [],
      scope: () => Promise.resolve({}),
      settle: () => Promise.resolve(),
    });
    const ids = { recordId: randomUUID(), subscriptionId: randomUUID(), tenantId: randomUUID() };
    await app
      .get(Database)
      .transaction((tx) => app.get(Operations).start(tx, { type: 'A/b', kind: 'Create', correlationId: 'c', ...ids }));
    expect(await app.get(Worker).runOnce()).toBe(true);
    app.get(WorkObserver).claimLost({ resourceType: 'A/b', kind: 'Create', createdAt: new Date() });
    app.get(EdgeObserver).request({ method: 'GET', route: 'manifest', status: 200, seconds: 0.02, bytes: 348 });
    await app.inject({ url: '/subscriptions/one' });
    const answer = await app.inject({ url: '/metrics' });
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = answer.body.split('\n').filter((line) => !line.startsWith('#'));
    expect(samples).toEqual(
      expect.arrayContaining([
        'berth_operation_claims_total{type="A/b",kind="Create"} 1',
        'berth_operation_claims_lost_total{type="A/b",kind="Create"} 1',
        'berth_operation_duration_seconds_count{type="A/b",kind="Create",outcome="Succeeded"} 1',
        'berth_registry_request_duration_seconds_count{method="GET",route="manifest",status="200"} 1',
        'berth_registry_sent_bytes_total{route="manifest"} 348',
        'berth_engines_running 2',
        'berth_engine_starts_total 7',
        expect.stringMatching(
          /^berth_http_request_duration_seconds_count\{method="GET",route="\/subscriptions\/:id",status="200"\} \d+$/,
        ),
        expect.stringMatching(/^process_cpu_seconds_total [\d.]+$/),
        expect.stringMatching(/^process_resident_memory_bytes \d+$/),
      ]),
    );
    expect(answer.body).not.toContain('/subscriptions/one');
  });
});

function databaseError(): Error {
  return Object.assign(new Error('duplicate key'), { code: '23505', constraint: 'a_key', parameters: ['hush'] });
}
