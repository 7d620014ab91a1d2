import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { SERVICE_ENV, SERVICE_FLAGS } from '../../scripts/service-process.mjs';
import { readClient } from '../../src/embedded/client-file.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

export interface ServiceOptions {
  /** Empty: the embedded PostgreSQL, in the service's own folder. */
  readonly databaseUrl?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Of another service, which this one shares it with and which removes it. */
  readonly dataDir?: string;
}

/** The built service in a process of its own, as `npm start` runs it. */
export interface Service {
  /** Of the process that runs now. */
  pid(): number;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly caFile: string;
  readonly ca: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Trusts the service's authority. */
  readonly agent: Agent;
  /** From the local issuer, by the client secret; valid for an hour. */
  token(): Promise<string>;
  /** SIGKILL, and nothing is tidied up. */
  kill(): Promise<void>;
  /** Starts it again on the same folder. */
  start(): Promise<void>;
  /** Ends it in good order and removes its folder. */
  stop(): Promise<void>;
  /** What it has printed so far. */
  output(): string;
}

export async function startService({
  databaseUrl = '',
  settings = {},
  dataDir: shared,
}: ServiceOptions = {}): Promise<Service> {
  if (!existsSync(MAIN)) throw new Error('The service is not built; run npm run build (npm test does).');
  const dataDir = shared ?? (await mkdtemp(join(tmpdir(), 'service-')));
  const [port, login] = [await freePort(), await freePort()];
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TMPDIR: process.env['TMPDIR'],
    ...SERVICE_ENV,
    BERTH_DATA_DIR: dataDir,
    BERTH_DATABASE_URL: databaseUrl,
    BERTH_PORT: String(port),
    BERTH_REGISTRY_PORTS: `${login}-${Math.min(65_535, login + 50)}`,
    ...settings,
  };
  let child: ChildProcess | undefined;
  let printed = '';

  async function start(): Promise<void> {
    printed = '';
    const started = spawn(process.execPath, [...SERVICE_FLAGS, MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const collect = (chunk: Buffer) => void (printed += chunk.toString());
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    await ready(started, () => printed);
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
    child.kill(signal);
    await exited.catch(() => {
      child?.kill('SIGKILL');
      throw new Error(`The service did not end within ${STOP_LIMIT_MS} ms:\n${printed}`);
    });
  }

  await start().catch(async (error: unknown) => {
    await end('SIGKILL');
    throw error;
  });
  const client = (await readClient(dataDir))!;
  const ca = readFileSync(client.caFile, 'utf8');
  const agent = new Agent({ connect: { ca } });

  async function token(): Promise<string> {
    const { statusCode, body } = await request(`${client.endpoint}/adfs/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret.reveal(),
        scope: `${client.endpoint}/.default`,
      }).toString(),
      dispatcher: agent,
    });
    const answer = (await body.json()) as { access_token: string };
    if (statusCode !== 200) throw new Error(`No token: ${statusCode} ${JSON.stringify(answer)}`);
    return answer.access_token;
  }

  return {
    ...client,
    clientSecret: client.clientSecret.reveal(),
    dataDir,
    ca,
    agent,
    pid: () => child?.pid ?? 0,
    token,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await agent.close();
      await end('SIGTERM');
      if (!shared) await rm(dataDir, { recursive: true, force: true });
    },
    output: () => printed,
  };
}

/** Waits for the line that says so. */
function ready(child: ChildProcess, printed: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${printed()}`));
    const timer = setTimeout(() => fail(`The service was not ready within ${READY_LIMIT_MS} ms`), READY_LIMIT_MS);
    child.once('exit', () => fail('The service ended before it was ready'));
    child.stdout?.on('data', () => {
      if (!/^ready/im.test(printed())) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
