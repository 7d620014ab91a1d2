// The floor: `node:http` and `pg`, and nothing between them. Started as a process of its own with the name of its plan.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { filledIn } from '../load/load.js';
import type { FloorRoute } from './floor-route.js';
import { registryBody, type RegistryRow } from './registry-body.js';
import type { SentStatement } from './recorded-statements.js';

export interface FloorPlan {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly loginServerSuffix: string;
  readonly get: FloorRoute;
  /** For registries called `bench…`, which exist, and `new…`, which do not. */
  readonly update: FloorRoute;
  readonly create: FloorRoute;
}

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorPlan;
const pool = new Pool({ connectionString: plan.databaseUrl, max: plan.poolSize, application_name: 'berth-floor' });

async function read(number: number): Promise<string> {
  const [statement] = plan.get.statements;
  const { rows } = await pool.query<RegistryRow>(queryOf(statement!, number, []));
  return registryBody(rows[0]!, plan.loginServerSuffix);
}

async function write({ statements, body }: FloorRoute, number: number): Promise<string> {
  const drawn: string[] = [];
  const client = await pool.connect();
  try {
    for (const statement of statements) await client.query(queryOf(statement, number, drawn));
  } finally {
    client.release();
  }
  return filledIn(body, number);
}

function queryOf({ name, text, values }: SentStatement, number: number, drawn: string[]) {
  if (!name) return { text };
  return { name, text, values: values.map((value) => value && idOr(value, drawn, () => filledIn(value, number))) };
}

/** The id that was drawn for a placeholder in this request, else whatever `otherwise` says. */
function idOr(value: string, drawn: string[], otherwise: () => string): string {
  if (!value.startsWith('{u')) return otherwise();
  return (drawn[Number(value.slice(2, -1))] ??= randomUUID());
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, kind, digits] = /\/registries\/(bench|new)(\d+)\?/.exec(request.url ?? '') ?? [];
  const number = Number(digits);
  const route = request.method === 'GET' ? plan.get : kind === 'new' ? plan.create : plan.update;
  if (route !== plan.get) JSON.parse(await textOf(request));
  const body = route === plan.get ? await read(number) : await write(route, number);
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
