// The floor: `node:http` and `pg`, and nothing between them. Started as a process of its own with the name of its plan.
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { filledIn, RANDOM_BELOW } from '../load/load.js';
import type { FloorRoute } from './floor-route.js';
import { registryBody, type RegistryRow } from './registry-body.js';
import type { SentStatement } from './recorded-statements.js';
import { webhookBody, type WebhookRow } from './webhook-body.js';

export interface FloorPlan {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly loginServerSuffix: string;
  readonly get: FloorRoute;
  /** For registries called `bench…`, which exist, and `new…`, which do not. */
  readonly update: FloorRoute;
  readonly create: FloorRoute;
  /** For webhooks called `hook…`, which exist, and `new…`, which do not. */
  readonly getWebhook: FloorRoute;
  readonly createWebhook: FloorRoute;
}

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorPlan;
const pool = new Pool({ connectionString: plan.databaseUrl, max: plan.poolSize, application_name: 'berth-floor' });

/** What one request has made up or been told so far. */
interface Known {
  readonly number: number;
  readonly random: number;
  readonly drawn: string[];
  id?: string;
}

async function read<Row extends object>({ statements }: FloorRoute, number: number): Promise<Row> {
  const { rows } = await pool.query<Row>(queryOf(statements[0]!, { number, random: 0, drawn: [] }));
  return rows[0]!;
}

async function write({ statements, body }: FloorRoute, number: number, random: number): Promise<string> {
  const known: Known = { number, random, drawn: [] };
  const client = await pool.connect();
  try {
    for (const statement of statements) {
      const { rows } = await client.query<{ id?: string }>(queryOf(statement, known));
      known.id = rows[0]?.id ?? known.id;
    }
  } finally {
    client.release();
  }
  return filledIn(body, number, random);
}

function queryOf({ name, text, values }: SentStatement, known: Known) {
  return name ? { name, text, values: values.map((value) => value && valueOf(value, known)) } : { text };
}

function valueOf(value: string, { number, random, drawn, id }: Known): string {
  if (value === '{id}') return id ?? '';
  if (value.startsWith('{u')) return (drawn[Number(value.slice(2, -1))] ??= randomUUID());
  return filledIn(value, number, random);
}

const PATH = /\/registries\/(bench|new)(\d+)(?:\/webhooks\/(?:hook|new)(\d+))?\?/;

interface Answered {
  readonly route: FloorRoute;
  readonly body: string;
}

async function got(number: number, webhook: string | undefined): Promise<Answered> {
  const route = webhook === undefined ? plan.get : plan.getWebhook;
  if (route === plan.getWebhook) return { route, body: webhookBody(await read<WebhookRow>(route, number)) };
  return { route, body: registryBody(await read<RegistryRow>(route, number), plan.loginServerSuffix) };
}

async function put(
  request: IncomingMessage,
  number: number,
  kind: string | undefined,
  webhook: string | undefined,
): Promise<Answered> {
  const route = webhook !== undefined ? plan.createWebhook : kind === 'new' ? plan.create : plan.update;
  JSON.parse(await textOf(request));
  const random = webhook === undefined ? randomInt(RANDOM_BELOW) : Number(webhook);
  return { route, body: await write(route, number, random) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, kind, digits, webhook] = PATH.exec(request.url ?? '') ?? [];
  const number = Number(digits);
  const { route, body } =
    request.method === 'GET' ? await got(number, webhook) : await put(request, number, kind, webhook);
  response.writeHead(route.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
process.once('SIGTERM', () => process.exit(0));
