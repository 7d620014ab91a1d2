import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { ResourceId } from '../../src/arm/resource-id.js';
import { loadConfig, type Config } from '../../src/config/config.js';
import { AdminCredentials } from '../../src/credentials/admin-credentials.js';
import { Database, type Tx } from '../../src/database/database.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { EdgeHandler } from '../../src/edge/edge-handler.js';
import { httpAdapter } from '../../src/http-adapter.js';
import { ensureCertificates } from '../../src/embedded/authority/authority.js';
import { LoginServers } from '../../src/registries/login-servers.js';
import { RegistriesRepository } from '../../src/registries/registries.repository.js';
import { Registry } from '../../src/registries/registry.entity.js';
import { REGISTRY_TYPE, registryType } from '../../src/registries/registry.type.js';
import { Usage } from '../../src/usage/usage.js';
import { Clock } from '../../src/work/clock.js';
import { testDatabase } from './database.js';
import { HandClock } from './hand-clock.js';
import { basic, OciClient } from './oci-client.js';
import { until } from './until.js';

const CALLER = { tenantId: randomUUID(), objectId: randomUUID(), name: 'tests', type: 'Application' } as const;
/** Below the ports that the system gives to clients, so that only a listener can be in the way. */
const PORTS = { lowest: 10_000, highest: 32_000, perEdge: 60 };

export interface GivenRegistry {
  readonly registry: Registry;
  /** `localhost:<port>` */
  readonly loginServer: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Login servers over TLS with engines of their own, as one process with the role edge runs them. */
export interface Edge {
  readonly config: Config;
  /** The settings, for a further process of the same service. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: HandClock;
  readonly database: Database;
  /** PEM of the authority, and the folder that skopeo takes for `--cert-dir`. */
  readonly ca: string;
  readonly certFolder: string;
  /** Where registries answer by host name. */
  readonly mainPort: number;
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T;
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A registry that has been created, with its admin user enabled unless told otherwise, and its instance. */
  registry(settings?: Partial<Registry>): Promise<GivenRegistry>;
  /** Changes a registry as an update through the API would. */
  change(registry: Registry, settings: Partial<Registry>): Promise<void>;
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  storedBytes(registry: Registry): Promise<number>;
  /** A token of the admin user for these scopes. */
  token(given: GivenRegistry, ...scopes: string[]): Promise<string>;
  close(): Promise<void>;
}

export async function openEdge(settings: Readonly<Record<string, string>> = {}): Promise<Edge> {
  const made = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-edge-'));
  const firstPort = randomInt(PORTS.lowest, PORTS.highest);
  const env = {
    BERTH_DATABASE_URL: made.url,
    BERTH_DATA_DIR: dataDir,
    BERTH_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BERTH_ROLES: 'edge',
    BERTH_REGISTRY_PORTS: `${firstPort}-${firstPort + PORTS.perEdge}`,
    // Specs send more than a SKU allows; those that are about that say so.
    BERTH_REGISTRY_RATE_PERCENT: '1000000',
    ...settings,
  };
  const config = loadConfig(env);
  const { key, cert, caFile } = await ensureCertificates(config);
  const clock = new HandClock();
  const module = await Test.createTestingModule({ imports: [AppModule.with(config, { key, cert })] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  let handler: EdgeHandler | undefined;
  const adapter = httpAdapter((controlPlane) =>
    createServer({ key, cert }, (request, response) =>
      handler?.handles(request) ? handler.handle(request, response) : controlPlane(request, response),
    ),
  );
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  const get: Edge['get'] = (token) => app.get(token, { strict: false });
  handler = get(EdgeHandler);
  await app.listen(0, '127.0.0.1');
  const [database, registries] = [get(Database), get(RegistriesRepository)];
  const sql = <Row>(text: string, values: readonly unknown[] = []) => database.rows<Row>({ name: '', text }, values);

  async function registry(given: Partial<Registry> = {}): Promise<GivenRegistry> {
    const name = `Reg${randomBytes(4).toString('hex')}`;
    const path = `/subscriptions/${randomUUID()}/resourceGroups/g/providers/${REGISTRY_TYPE}/${name}`;
    const id = ResourceId.parse(path);
    if (!id) throw new Error(`${path} is no resource id.`);
    const type = registryType(config.regions);
    const record: Registry = {
      ...type.fresh(id, CALLER, new Date(), undefined),
      location: 'local',
      sku: 'Premium',
      adminUserEnabled: true,
      ...given,
    };
    await get(DataPlane).ensure({ name: record.instanceName, readOnly: false });
    await database.transaction((tx) => registries.insert(tx, record));
    await until(async () =>
      (await get(LoginServers).ports()).some((port) => port.key === record.key && port.listening),
    );
    await sql(`update registries set provisioning_state = 'Succeeded' where id = $1`, [record.id]);
    const stored = await registries.byId(database, record.id);
    if (!stored) throw new Error(`The registry ${record.name} is gone.`);
    const [password] = await get(AdminCredentials).list(database, record.id);
    return {
      registry: stored,
      loginServer: stored.loginServer,
      port: Number(stored.loginServer.split(':')[1]),
      user: stored.name,
      password: password?.value.reveal() ?? '',
    };
  }

  const ca = await readFile(caFile, 'utf8');
  return {
    config,
    env,
    clock,
    database,
    ca,
    certFolder: join(dataDir, 'tls'),
    mainPort: (app.getHttpServer().address() as AddressInfo).port,
    get,
    sql,
    registry,
    change: (changed, next) => database.transaction((tx) => registries.update(tx, { ...changed, ...next })),
    transaction: (work) => database.transaction(work),
    token: (given, ...scopes) => tokenOf(given, ca, scopes),
    storedBytes: ({ id }) => get(Usage).storedBytes(database, id),
    async close() {
      await app.close();
      await made.dispose();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function tokenOf(given: GivenRegistry, ca: string, scopes: readonly string[]): Promise<string> {
  const query = new URLSearchParams([['service', given.loginServer], ...scopes.map((scope) => ['scope', scope])]);
  const client = new OciClient(`https://${given.loginServer}`, ca, basic(given.user, given.password));
  const { json } = await client.send('GET', `/oauth2/token?${query.toString()}`);
  await client.close();
  return (json as { access_token: string }).access_token;
}
