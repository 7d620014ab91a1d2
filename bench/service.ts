import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { SERVICE_ENV, SERVICE_FLAGS } from '../scripts/service-process.mjs';
import { readClient } from '../src/embedded/client-file.js';
import { freePort } from '../src/embedded/postgres/free-port.js';
import { startChild } from './child-process.js';

const MAIN = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

export interface ServiceOptions {
  /** For its data and its log. */
  readonly folder: string;
  readonly databaseUrl: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** The built service in a process of its own, its request log in a file. */
export interface Service {
  readonly pid: number;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly caFile: string;
  readonly subscriptionId: string;
  /** Trusts the service's authority. */
  readonly agent: Agent;
  /** `Authorization` and `Content-Type` of a request to the control plane. */
  readonly headers: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

export async function startService({ folder, databaseUrl, settings }: ServiceOptions): Promise<Service> {
  if (!existsSync(MAIN)) throw new Error('The service is not built; npm run bench builds it first.');
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { recursive: true });
  const child = await startChild({
    command: [process.execPath, ...SERVICE_FLAGS, MAIN],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TMPDIR: process.env['TMPDIR'],
      ...SERVICE_ENV,
      // Writes are measured where no worker runs, and every PUT would wait in vain.
      BERTH_PUT_LINGER_MS: '0',
      BERTH_DATA_DIR: dataDir,
      BERTH_DATABASE_URL: databaseUrl,
      BERTH_PORT: String(await freePort()),
      ...settings,
    },
    outputFile: join(folder, 'service.log'),
    isReady: (output) => /^ready in/m.test(output),
  });
  const client = await readClient(dataDir);
  if (!client) throw new Error(`The service left no address in ${dataDir}.`);
  const agent = new Agent({
    connect: { ca: await readFile(client.caFile, 'utf8') },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const endpoint = client.endpoint.replace('localhost', '127.0.0.1');
  const { body } = await request(`${endpoint}/adfs/oauth2/token`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret.reveal(),
      scope: `${endpoint}/.default`,
    }).toString(),
  });
  const { access_token: token } = (await body.json()) as { access_token: string };
  return {
    pid: child.pid,
    endpoint,
    dataDir,
    caFile: client.caFile,
    subscriptionId: client.subscriptionId,
    agent,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    stop: async () => {
      await agent.destroy();
      await child.stop();
    },
  };
}
