import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { startChild } from '../child-process.js';
import { filledIn } from '../load/load.js';
import { createUrl, REGISTRY_BODY, registryUrl } from '../requests.js';
import { startService, type Service } from '../service.js';
import { RECORDED_RANDOM, routeOf, type FloorRoute, type Recording } from './floor-route.js';
import type { FloorPlan } from './floor-server.js';
import { recordedUrl, recordStatements } from './recorded-statements.js';

const SERVER = fileURLToPath(new URL('floor-server.ts', import.meta.url));
const HOOKS = fileURLToPath(new URL('../../test/support/typescript-hooks.mjs', import.meta.url));
/** Numbers whose digits occur nowhere else in a request, and that the load is unlikely to draw before they are done. */
const RECORDED = [42_317, 51_298] as const;
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

/** By a second service on a copy of the first one's keys. */
async function recordRoutes(
  options: FloorOptions,
  service: Service,
): Promise<Record<'get' | 'update' | 'create', FloorRoute>> {
  const filter = (file: string) => !file.endsWith('.lock');
  await cp(service.dataDir, join(options.folder, 'data'), { recursive: true, filter });
  const recorder = await startService({ ...options, databaseUrl: recordedUrl(options.databaseUrl) });
  const { endpoint, subscriptionId, headers } = recorder;
  const record = async (method: 'GET' | 'PUT', url: string, number: number): Promise<Recording> => {
    let answered = { status: 0, body: '' };
    const statements = await recordStatements(options.logFile, async () => {
      const body = method === 'PUT' ? { body: filledIn(REGISTRY_BODY, number, RECORDED_RANDOM) } : {};
      const answer = await request(filledIn(url, number), { method, headers, ...body });
      answered = { status: answer.statusCode, body: await answer.body.text() };
    });
    if (answered.status >= 300) throw new Error(`${method} ${url} was answered ${answered.status}: ${answered.body}`);
    return { number, statements, ...answered };
  };
  const route = async (method: 'GET' | 'PUT', url: string, [one, other]: readonly [number, number]) =>
    routeOf(await record(method, url, one), await record(method, url, other));
  try {
    const existing = registryUrl(endpoint, subscriptionId);
    return {
      get: await route('GET', existing, RECORDED),
      update: await route('PUT', existing, RECORDED),
      create: await route('PUT', createUrl(endpoint, subscriptionId), RECORDED_NEW),
    };
  } finally {
    await recorder.stop();
  }
}

/** A floor that answers something else would be no floor. */
async function assertSameAnswers(floor: Floor, service: Service): Promise<void> {
  for (let number = 0; number < COMPARED; number++) {
    const [ours, theirs] = await Promise.all(
      [service, floor].map(async ({ endpoint }) => {
        const url = filledIn(registryUrl(endpoint, service.subscriptionId), number);
        return (await request(url, { headers: service.headers })).body.text();
      }),
    );
    if (ours !== theirs)
      throw new Error(
        `The floor does not answer what the service does; mend bench/floor/registry-body.ts.\n${ours}\n${theirs}`,
      );
  }
}
