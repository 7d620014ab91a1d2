import { request } from 'undici';
import { withClient } from '../bench-database.js';
import { startFloor, type Floor } from '../floor/floor.js';
import { filledIn } from '../load/load.js';
import { createWebhookUrl, WEBHOOK_BODY } from '../requests.js';
import { fill, fillWebhooks } from '../rows.repository.js';
import { startService, type Service } from '../service.js';
import type { Stage } from './stage.js';

/** The control plane over a table of so many registries. */
export interface Table {
  readonly rows: number;
  readonly databaseUrl: string;
  readonly service: Service;
}

const LOGIN_SERVER_SUFFIX = '.bench.localhost';
const PORTS = { from: 20_000, to: 60_000 };

/**
 * The whole stack in the role api: guards, request log in a file, metrics. No TLS, since the floor has none; no worker, for
 * which a million registries would be a million engines.
 */
export const SETTINGS = {
  BERTH_ROLES: 'api',
  BERTH_TLS: 'off',
  BERTH_LOGIN_SERVER_STYLE: 'host',
  BERTH_LOGIN_SERVER_SUFFIX: LOGIN_SERVER_SUFFIX,
  BERTH_REGISTRY_PORTS: `${PORTS.from}-${PORTS.to}`,
} as const;

/** A service over a database of its own with that many registries. */
export async function openTable(stage: Stage, rows: number): Promise<Table> {
  const name = `rows_${rows}`;
  const databaseUrl = await stage.database.create(name);
  const service = await startService({ folder: await stage.folder(name), databaseUrl, settings: SETTINGS });
  stage.atEnd(`the service over ${rows} rows`, service.stop);
  await withClient(databaseUrl, (client) => fill(client, service.subscriptionId, rows));
  return { rows, databaseUrl, service };
}

/** So many registries of the table get `WEBHOOKS_EACH` webhooks. */
export const WATCHED = 1_000;
const WEBHOOKS_EACH = 100;

/** Puts webhooks into the table: copies of one that the service made, since only it can seal a callback. */
export async function addWebhooks({ service, databaseUrl }: Table): Promise<void> {
  const { endpoint, subscriptionId, headers } = service;
  const url = filledIn(createWebhookUrl(endpoint, subscriptionId), WATCHED - 1);
  const { statusCode, body } = await request(url, { method: 'PUT', headers, body: WEBHOOK_BODY });
  if (statusCode !== 200) throw new Error(`PUT ${url} was answered ${statusCode}: ${await body.text()}`);
  await body.dump();
  await withClient(databaseUrl, (client) => fillWebhooks(client, WATCHED, WEBHOOKS_EACH));
}

export async function openFloor(stage: Stage, { service, databaseUrl }: Table): Promise<Floor> {
  const folder = await stage.folder('floor');
  const { logFile } = stage.database;
  const loginServerSuffix = `${LOGIN_SERVER_SUFFIX}:${new URL(service.endpoint).port}`;
  const options = { folder, databaseUrl, logFile, settings: SETTINGS, loginServerSuffix };
  const floor = await startFloor(options, service);
  stage.atEnd('the floor', floor.stop);
  return floor;
}
