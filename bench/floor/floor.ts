import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { withClient } from '../bench-database.js';
import { startChild } from '../child-process.js';
import { filledIn } from '../load/load.js';
import { createUrl, createWebhookUrl, REGISTRY_BODY, registryUrl, WEBHOOK_BODY, webhookUrl } from '../requests.js';
import { registryIdOf } from '../rows.repository.js';
import { startService, type Service } from '../service.js';
import { RECORDED_RANDOM, routeOf, type Recording } from './floor-route.js';
import type { FloorPlan } from './floor-server.js';
import { recordedUrl, recordStatements } from './recorded-statements.js';

const SERVER = fileURLToPath(new URL('floor-server.ts', import.meta.url));
const HOOKS = fileURLToPath(new URL('../../test/support/typescript-hooks.mjs', import.meta.url));
/** Numbers whose digits occur nowhere else in a request, and that the load is unlikely to draw before they are done. */
const RECORDED = [42_317, 51_298] as const;
const RECORDED_WATCHED = [317, 298] as const;
const RECORDED_BELOW = [42_318, 51_299] as const;
const RECORDED_NEW = [998_317, 997_298] as const;
const COMPARED = 20;

export interface Floor {
  readonly pid: number;
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

export interface FloorOptions {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly loginServerSuffix: string;
}

/** Starts the floor beside `service`, with the very statements that the service sends, seen once in PostgreSQL's log. */
export async function startFloor(options: FloorOptions, service: Service): Promise<Floor> {
  const { folder, databaseUrl, loginServerSuffix } = options;
  const planFile = join(folder, 'floor.json');
  const plan: FloorPlan = { databaseUrl, poolSize: 10, loginServerSuffix, ...(await recordRoutes(options, service)) };
  await writeFile(planFile, JSON.stringify(plan));
  const child = await startChild({
    command: [process.execPath, '--import', HOOKS, SERVER, planFile],
    env: { PATH: process.env['PATH'] },
    outputFile: join(folder, 'floor.log'),
    isReady: (output) => /^ready \d+/m.test(output),
  });
  const port = /^ready (\d+)/m.exec(await child.output())?.[1];
  const floor = { pid: child.pid, endpoint: `http://127.0.0.1:${port}`, stop: child.stop };
  await assertSameAnswers(floor, service).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  return floor;
}

/** One kind of request: what is recorded of it, and of which two registries. */
interface Asked {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly body?: string;
  readonly numbers: readonly [number, number];
  readonly isBelow?: boolean;
}

/** By a second service on a copy of the first one's keys. */
async function recordRoutes(
  options: FloorOptions,
  service: Service,
): Promise<Omit<FloorPlan, 'databaseUrl' | 'poolSize' | 'loginServerSuffix'>> {
  const filter = (file: string) => !file.endsWith('.lock');
  await cp(service.dataDir, join(options.folder, 'data'), { recursive: true, filter });
  const recorder = await startService({ ...options, databaseUrl: recordedUrl(options.databaseUrl) });
  const { endpoint, subscriptionId } = recorder;
  const route = async (asked: Asked) => {
    const [one, other] = asked.numbers;
    return routeOf(await record(options, recorder, asked, one), await record(options, recorder, asked, other));
  };
  try {
    const url = registryUrl(endpoint, subscriptionId);
    const newUrl = createUrl(endpoint, subscriptionId);
    const newWebhookUrl = createWebhookUrl(endpoint, subscriptionId);
    // The first request of a caller also looks whether the token still holds, which is remembered.
    await record(options, recorder, { method: 'GET', url, numbers: RECORDED }, RECORDED[0]);
    return {
      get: await route({ method: 'GET', url, numbers: RECORDED }),
      update: await route({ method: 'PUT', url, body: REGISTRY_BODY, numbers: RECORDED }),
      create: await route({ method: 'PUT', url: newUrl, body: REGISTRY_BODY, numbers: RECORDED_NEW }),
      getWebhook: await route({
        method: 'GET',
        url: webhookUrl(endpoint, subscriptionId),
        numbers: RECORDED_WATCHED,
      }),
      createWebhook: await route({
        method: 'PUT',
        url: newWebhookUrl,
        body: WEBHOOK_BODY,
        numbers: RECORDED_BELOW,
        isBelow: true,
      }),
    };
  } finally {
    await recorder.stop();
  }
}

async function record(
  { logFile, databaseUrl }: FloorOptions,
  { headers }: Service,
  asked: Asked,
  number: number,
): Promise<Recording> {
  const url = filledIn(asked.url, number, RECORDED_RANDOM);
  const body = asked.body === undefined ? {} : { body: filledIn(asked.body, number, RECORDED_RANDOM) };
  const parent = asked.isBelow
    ? { parentId: await withClient(databaseUrl, (client) => registryIdOf(client, number)) }
    : {};
  let answered = { status: 0, body: '' };
  const statements = await recordStatements(logFile, async () => {
    const answer = await request(url, { method: asked.method, headers, ...body });
    answered = { status: answer.statusCode, body: await answer.body.text() };
  });
  if (answered.status >= 300)
    throw new Error(`${asked.method} ${url} was answered ${answered.status}: ${answered.body}`);
  return { number, ...parent, statements, ...answered };
}

/** A floor that answers something else would be no floor. */
async function assertSameAnswers(floor: Floor, service: Service): Promise<void> {
  for (let number = 0; number < COMPARED; number++)
    for (const urlOf of [registryUrl, webhookUrl]) {
      const [ours, theirs] = await Promise.all(
        [service, floor].map(async ({ endpoint }) => {
          const url = filledIn(urlOf(endpoint, service.subscriptionId), number);
          return (await request(url, { headers: service.headers })).body.text();
        }),
      );
      if (ours !== theirs)
        throw new Error(
          `The floor does not answer what the service does; mend bench/floor/*-body.ts.\n${ours}\n${theirs}`,
        );
    }
}
