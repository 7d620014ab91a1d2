import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { measure, type Target } from '../load/measure.js';
import { cpuMicroseconds, peakMemoryMegabytes, resetPeakMemory } from '../process-usage.js';
import type { Finding } from '../report.js';
import { interleaved } from '../rounds.js';
import type { Service } from '../service.js';
import { median, pairedRatio } from '../statistics.js';
import { MANIFEST_PATH, MANIFEST_TYPE, pullBlob, pushBlob, pushManifest, randomBlob, SCOPE } from './content.js';
import type { Blob, ContentServer } from './content.js';
import { openDirectEngine } from './direct-engine.js';
import { openRegistryService, putRegistry } from './registry-service.js';
import type { Stage } from './stage.js';

const MEMORY_AIM_MEGABYTES = 150;
const MEGABYTE = 1e6;
const READY_LIMIT_MS = 30_000;
const RETRY_MS = 50;

interface Transfer {
  readonly megabytesPerSecond: number;
  readonly cpuMillis: number;
  readonly peakMegabytes: number;
}

/** Manifests and large blobs through the edge, against the engine alone; TLS on both sides. */
export async function transfers(stage: Stage): Promise<readonly Finding[]> {
  const { options } = stage;
  const service = await openRegistryService(stage, 'transfers');
  const engine = await openDirectEngine(stage);
  const edge = await readyServer(service);
  const direct: ContentServer = { host: engine.host, agent: engine.agent, headers: {} };
  const blob = randomBlob(options.blobBytes);

  const servers = { edge: { ...edge, pid: service.pid }, direct: { ...direct, pid: engine.pid } };
  const names = ['direct', 'edge'] as const;
  const timed = (send: typeof pushBlob) => interleaved(names, options, (name) => transfer(servers[name], blob, send));
  const pushed = await timed(pushBlob);
  const pulled = await timed(pullBlob);
  for (const name of names) await pushManifest(servers[name], blob);
  const manifests = await interleaved(names, options, (name) => measure(manifestReader(servers[name]), options));
  const perSecond = (name: (typeof names)[number]) => manifests[name].map((sample) => sample.perSecond);
  const size = `${options.blobBytes / 1024 ** 3} GiB`;
  return [
    {
      what: 'Manifest GET through the edge, over TLS',
      measured: `${median(perSecond('edge')).toFixed(0)}/s, ${median(manifests.edge.map((s) => s.cpuMicros)).toFixed(0)} µs CPU of the service`,
      floor: `${median(perSecond('direct')).toFixed(0)}/s`,
      ratio: pairedRatio(perSecond('edge'), perSecond('direct')),
    },
    ...findings(`Blob of ${size}, pull`, pulled.edge, pulled.direct),
    ...findings(`Blob of ${size}, push`, pushed.edge, pushed.direct),
  ];
}

function findings(what: string, edge: readonly Transfer[], direct: readonly Transfer[]): Finding[] {
  const speeds = (timed: readonly Transfer[]) => timed.map(({ megabytesPerSecond }) => megabytesPerSecond);
  const peak = Math.max(...edge.map(({ peakMegabytes }) => peakMegabytes));
  return [
    {
      what: `${what} through the edge, over TLS`,
      measured: `${median(speeds(edge)).toFixed(0)} MB/s, ${median(edge.map(({ cpuMillis }) => cpuMillis)).toFixed(0)} ms CPU of the service`,
      floor: `${median(speeds(direct)).toFixed(0)} MB/s`,
      ratio: pairedRatio(speeds(edge), speeds(direct)),
    },
    {
      what: `${what}: highest resident memory of the service`,
      measured: `${peak.toFixed(0)} MB`,
      aim: { text: `< ${MEMORY_AIM_MEGABYTES} MB`, isMet: peak < MEMORY_AIM_MEGABYTES },
    },
  ];
}

/** A registry on which a push can begin, and a token for it. */
async function readyServer(service: Service): Promise<ContentServer> {
  const { loginServer, authorization } = await putRegistry(service, 'transfers');
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    const server = await loggedIn(service, loginServer, authorization).catch(() => undefined);
    if (server) return server;
    await pause(RETRY_MS);
  }
  throw new Error(`${loginServer} was not ready within ${READY_LIMIT_MS} ms.`);
}

async function loggedIn({ agent }: Service, host: string, authorization: string): Promise<ContentServer | undefined> {
  const query = new URLSearchParams({ service: host, scope: SCOPE });
  const answer = await request(`https://${host}/oauth2/token?${query}`, {
    headers: { authorization },
    dispatcher: agent,
  });
  const { access_token: token } = (await answer.body.json()) as { access_token: string };
  const server = { host, agent, headers: { authorization: `Bearer ${token}` } };
  const [, repository] = SCOPE.split(':');
  const url = `https://${host}/v2/${repository}/manifests/none`;
  const { statusCode, body } = await request(url, { headers: server.headers, dispatcher: agent });
  await body.dump();
  // The engine says that there is no such manifest.
  return statusCode === 404 ? server : undefined;
}

async function transfer(
  server: ContentServer & { readonly pid: number },
  blob: Blob,
  send: typeof pushBlob,
): Promise<Transfer> {
  await resetPeakMemory(server.pid);
  const cpuBefore = await cpuMicroseconds(server.pid);
  const begunAt = performance.now();
  await send(server, blob);
  const seconds = (performance.now() - begunAt) / 1000;
  return {
    megabytesPerSecond: blob.bytes / MEGABYTE / seconds,
    cpuMillis: ((await cpuMicroseconds(server.pid)) - cpuBefore) / 1000,
    peakMegabytes: await peakMemoryMegabytes(server.pid),
  };
}

function manifestReader({ pid, host, headers }: ContentServer & { readonly pid: number }): Target {
  return {
    pid,
    nextLoad: () => ({
      method: 'GET',
      url: `https://${host}${MANIFEST_PATH}`,
      headers: { ...headers, accept: MANIFEST_TYPE },
      numbers: { randomBelow: 1 },
    }),
  };
}
