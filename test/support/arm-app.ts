import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Agent } from 'undici';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { httpAdapter } from '../../src/http-adapter.js';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { ServiceLog } from '../../src/observability/service-log.js';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { Clock, SystemClock } from '../../src/work/clock.js';
import { Worker } from '../../src/work/worker.js';
import { send } from './arm-exchange.js';
import type { Answer, Exchange, RequestOptions } from './arm-exchange.js';
import { signedToken } from './arm-token.js';
import type { TokenOptions } from './arm-token.js';
import { giveInTenant, type TenantRole } from './roles.js';
import { testDatabase } from './database.js';
import { FakeDataPlane } from './fake-data-plane.js';
import { verifyExchange } from './verifier.js';

/** Turns of the worker after which `settle` takes the work for endless. */
const MAX_TURNS = 100;

/** Nothing here speaks HTTPS. */
const NO_TLS = { key: '', cert: '' };

export interface ArmAppOptions {
  /** In place of the system's; PostgreSQL's own time goes on. */
  readonly clock?: Clock;
  /** Further settings, such as `{ BERTH_REGIONS: 'local' }`; `{ BERTH_LOG_LEVEL: 'info' }` shows the service's log. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Called with every line that the service would log, the most talkative level included. */
  readonly onLogLine?: (line: string) => void;
  /** Called with every request and its answer, which were found to keep the contract; what it throws fails the test. */
  readonly onExchange?: (exchange: Exchange) => void | Promise<void>;
}

/** A subscription of a test's own, with a token of its tenant. */
export interface GivenSubscription {
  readonly id: string;
  readonly tenantId: string;
  /** `/subscriptions/{id}` */
  readonly path: string;
  readonly token: string;
}

export interface RegistryOptions {
  readonly group?: GivenGroup;
  readonly name?: string;
  readonly body?: object;
}

export interface GivenRegistry {
  readonly name: string;
  /** `…/providers/Microsoft.ContainerRegistry/registries/{name}` */
  readonly path: string;
  readonly group: GivenGroup;
}

export interface GivenGroup {
  readonly name: string;
  /** `/subscriptions/{id}/resourceGroups/{name}` */
  readonly path: string;
  readonly subscription: GivenSubscription;
}

/**
 * The control plane over real HTTP on a database of its own: no worker runs unless a test turns the crank, and the engines
 * are fakes.
 *
 *     const app = await armApp();                                  // in beforeAll; `await app.close()` in afterAll
 *     const { path } = await app.given.group();
 *     await app.request('PUT', `${path}/providers/…/registries/demo12345`, { location: 'eastus', … });
 *     await app.settle();
 */
export interface ArmApp {
  /** `http://localhost:port` */
  readonly origin: string;
  readonly database: Database;
  readonly dataPlane: FakeDataPlane;
  readonly worker: Worker;
  /** The tenant that requests are sent for unless they bring a token. */
  readonly tenantId: string;
  /** Anything that the application injects. */
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T;
  /** Sends a request as the tenant above, with the newest api-version. A text body goes out as it is, others as JSON. */
  request<Body = Json>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>>;
  /** A token that the application accepts, unless told otherwise; of an owner of the whole tenant, or of who is said. */
  token(options?: TokenOptions & { readonly role?: TenantRole | 'none' }): Promise<string>;
  /** Lets the worker go on until no operation is left, not waiting for anything to become due. Answers the turns it took. */
  settle(): Promise<number>;
  /** Any SQL, for what a test needs to arrange or to look at. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  readonly given: {
    /** Of the tenant above unless another is named. */
    subscription(of?: { readonly tenantId?: string; readonly displayName?: string }): Promise<GivenSubscription>;
    /** In a subscription of its own unless one is given. */
    group(of?: { readonly subscription?: GivenSubscription; readonly name?: string }): Promise<GivenGroup>;
    /** Provisioned; in a group of its own unless one is given. `body` is laid over a Premium registry without tags. */
    registry(of?: RegistryOptions): Promise<GivenRegistry>;
  };
  close(): Promise<void>;
}

/** The body of an answer as tests look at it: any JSON. */
export interface Json {
  readonly [member: string]: unknown;
}

export async function armApp(options: ArmAppOptions = {}): Promise<ArmApp> {
  const made = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'arm-app-'));
  const config = loadConfig({
    BERTH_DATABASE_URL: made.url,
    BERTH_DATA_DIR: dataDir,
    BERTH_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BERTH_ROLES: 'api',
    BERTH_TLS: 'off',
    BERTH_PORT: '0',
    BERTH_REGISTRY_PORTS: '45100-45199',
    BERTH_LOG_LEVEL: 'fatal',
    BERTH_PUT_LINGER_MS: '0',
    ...options.settings,
  });
  const dataPlane = new FakeDataPlane();
  const building = Test.createTestingModule({ imports: [AppModule.with(config, NO_TLS)] })
    .overrideProvider(DataPlane)
    .useValue(dataPlane)
    .overrideProvider(Clock)
    .useValue(options.clock ?? new SystemClock());
  const log = options.onLogLine && new ServiceLog('trace', { write: options.onLogLine });
  const module = await (log ? building.overrideProvider(ServiceLog).useValue(log) : building).compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(createServer), {
    logger: log ?? false,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  const agent = new Agent({ connect: { lookup: loopback } });
  const database = app.get(Database);
  const worker = app.get(Worker);
  const tenantId = randomUUID();
  const sql = <Row>(text: string, values: readonly unknown[] = []) => database.rows<Row>({ name: '', text }, values);
  const token: ArmApp['token'] = async ({ role = 'Owner', ...of } = {}) => {
    const who = { tenantId, objectId: randomUUID(), ...of };
    if (role !== 'none') await giveInTenant(database, who, role);
    return signedToken(app.get(SigningKeys), app.get<Clock>(Clock), { origin, ...who });
  };
  const ownToken = await token();

  const request: ArmApp['request'] = (method, path, body, of = {}) =>
    send({ agent, origin, token: ownToken, onExchange }, { method, path, body, ...of });

  const onExchange = async (exchange: Exchange) => {
    await verifyExchange(exchange);
    await options.onExchange?.(exchange);
  };

  async function settle(): Promise<number> {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      // No edge runs here that could say that it listens.
      await sql('update login_ports set listening = true where registry_id is not null');
      const open = await sql<{ what: string }>(
        `update operations set run_after = least(run_after, now()) where ended_at is null
         returning format('%s %s: %s', kind, resource_type, waiting_because) as what`,
      );
      if (open.length === 0) return turns;
      // What the edge would do, which does not run here.
      await sql('update login_ports set listening = true where registry_id is not null');
      while (await worker.runOnce());
    }
    const left = await sql(
      'select kind, resource_type, attempts, waiting_because from operations where ended_at is null',
    );
    throw new Error(`After ${MAX_TURNS} turns of the worker these operations are not over: ${JSON.stringify(left)}`);
  }

  async function givenSubscription(of: { tenantId?: string; displayName?: string } = {}): Promise<GivenSubscription> {
    const id = randomUUID();
    const owner = of.tenantId ?? tenantId;
    const subscriptions = app.get(Subscriptions);
    await subscriptions.createTenant(database, { id: owner, displayName: `Tenant ${owner}` });
    await subscriptions.createSubscription(database, {
      id,
      tenantId: owner,
      displayName: of.displayName ?? `Subscription ${id}`,
    });
    return { id, tenantId: owner, path: `/subscriptions/${id}`, token: await token({ tenantId: owner }) };
  }

  async function givenGroup(of: { subscription?: GivenSubscription; name?: string } = {}): Promise<GivenGroup> {
    const subscription = of.subscription ?? (await givenSubscription());
    const name = of.name ?? `group-${randomBytes(4).toString('hex')}`;
    const path = `${subscription.path}/resourceGroups/${name}`;
    const { status, body } = await request('PUT', path, { location: config.regions[0] }, { token: subscription.token });
    if (status !== 201) throw new Error(`The group was not created: ${status} ${JSON.stringify(body)}`);
    return { name, path, subscription };
  }

  async function givenRegistry(of: RegistryOptions = {}): Promise<GivenRegistry> {
    const group = of.group ?? (await givenGroup());
    const name = of.name ?? `reg${randomBytes(6).toString('hex')}`;
    const path = `${group.path}/providers/Microsoft.ContainerRegistry/registries/${name}`;
    const wanted = { location: config.regions[0], sku: { name: 'Premium' }, ...of.body };
    const { status, body } = await request('PUT', path, wanted, { token: group.subscription.token });
    if (status !== 201) throw new Error(`The registry was not created: ${status} ${JSON.stringify(body)}`);
    await settle();
    return { name, path, group };
  }

  return {
    origin,
    database,
    dataPlane,
    worker,
    tenantId,
    get: (wanted) => app.get(wanted as Type),
    request,
    token,
    settle,
    sql,
    given: { subscription: givenSubscription, group: givenGroup, registry: givenRegistry },
    async close() {
      await agent.close();
      await app.close();
      await rm(dataDir, { recursive: true, force: true });
      await made.dispose();
    },
  };
}

/** `localhost` is where the server listens, whatever the machine makes of the name. */
function loopback(
  _host: string,
  { all }: { all?: boolean },
  done: (error: null, address: string | { address: string; family: number }[], family?: number) => void,
): void {
  if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}
