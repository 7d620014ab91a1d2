import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setInterval as every } from 'node:timers';
import type { TLSSocket } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { basic, sha256, type OciClient } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { begin, loginServers, pushImage } from '../support/oci-registry.js';
import { connectRaw, lines } from '../support/raw-exchange.js';
import { until } from '../support/until.js';

/** Clients that come in crowds and take their time: others must not notice, and nothing of them may stay. */
const { edge, opened } = loginServers();
const CROWD = new URL('../support/crowd.mjs', import.meta.url);
const OTHER_FILES = 2_000;
/** As many as the specification of this service says, or as a process may have files open here. */
const IDLE = Math.min(10_000, openFilesLimit() - OTHER_FILES);
const SLOW_HEADERS = 300;
const SLOW_BODIES = 50;
/** What collections of garbage leave one time and not another. */
const HEAP_NOISE_BYTES = 10 * 1024 ** 2;
/** On a machine that does other things as well. */
const OTHERS_LIMIT_MS = 10_000;
/** The database's connections, and those that the clients of this spec keep. */
const KEPT = 20;
const CROWD_LIMIT_MS = 90_000;

let given: GivenRegistry;
let client: OciClient;

beforeAll(async () => {
  ({ given, client } = await opened());
  await serveOthers();
});

function openFilesLimit(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    readonly userLimits: { readonly open_files: { readonly soft: number | 'unlimited' } };
  };
  const { soft } = userLimits.open_files;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft;
}

const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What everybody else does meanwhile; answers how long the slowest request took. */
async function serveOthers(): Promise<number> {
  let slowestMs = 0;
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const begunAt = performance.now();
    const result = await work;
    slowestMs = Math.max(slowestMs, performance.now() - begunAt);
    return result;
  };
  const { digest, layer } = await timed(pushImage(client, 'others', 'v1'));
  for (let count = 0; count < 10; count++) {
    expect((await timed(client.send('GET', '/v2/'))).status).toBe(200);
    const got = await timed(
      client.send('GET', `/v2/others/manifests/${digest}`, { headers: { accept: MANIFEST_TYPE } }),
    );
    expect(got.status).toBe(200);
    const blob = await timed(client.send('GET', `/v2/others/blobs/${sha256(layer)}`));
    expect(blob.bytes.equals(layer)).toBe(true);
  }
  return slowestMs;
}

/** So many connections from another process, until the test is over or `leave` is called. */
async function crowd(count: number, kind: 'idle' | 'headers') {
  const child = spawn(process.execPath, [CROWD.pathname, String(given.port), String(count), kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const leave = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(leave);
  await until(() => said.includes('there'), CROWD_LIMIT_MS);
  return { leave, wereSentAway: () => said.split('gone').length - 1 };
}

describe('a crowd', () => {
  test.each([
    [IDLE, 'idle'],
    [SLOW_HEADERS, 'headers'],
  ] as const)(
    'of %i connections, %s, is not noticed by others, and leaves nothing behind',
    async (count, kind) => {
      await (await crowd(50, kind)).leave();
      await until(() => connections() <= KEPT);
      const before = heapBytes();
      const { leave, wereSentAway } = await crowd(count, kind);
      await until(() => connections() >= count);
      expect(await serveOthers()).toBeLessThan(OTHERS_LIMIT_MS);
      expect(wereSentAway()).toBe(0);
      await leave();
      await until(() => connections() <= KEPT, CROWD_LIMIT_MS);
      expect(await serveOthers()).toBeLessThan(OTHERS_LIMIT_MS);
      expect(heapBytes() - before).toBeLessThan(HEAP_NOISE_BYTES);
    },
    CROWD_LIMIT_MS * 2,
  );

  test('of pushes that send a byte at a time is not noticed by others, and leaves nothing behind', async () => {
    const before = await edge().storedBytes(given.registry);
    const sockets: TLSSocket[] = [];
    const login = `Authorization: ${basic(given.user, given.password)}`;
    for (let count = 0; count < SLOW_BODIES; count++) {
      const location = await begin(client, 'slow');
      const socket = await connectRaw(given.port, edge().ca);
      socket.write(lines(`PATCH ${location} HTTP/1.1`, [login, 'Content-Length: 1000000']));
      sockets.push(socket);
    }
    const dribble = every(() => sockets.forEach((socket) => socket.write(randomBytes(1))), 50);
    onTestFinished(() => clearInterval(dribble));
    expect(await serveOthers()).toBeLessThan(OTHERS_LIMIT_MS);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    clearInterval(dribble);
    for (const socket of sockets) socket.destroy();
    await until(() => connections() <= KEPT);
    expect(await serveOthers()).toBeLessThan(OTHERS_LIMIT_MS);
    expect(await edge().storedBytes(given.registry)).toBeGreaterThanOrEqual(before);
  }, 60_000);
});
