import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { request } from 'undici';
import { Database } from '../../src/database/database.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { openTransfers } from '../../src/replications/transfers.repository.js';
import type { Finding } from '../report.js';
import type { Service } from '../service.js';
import { median, pairedRatio, quantile } from '../statistics.js';
import { MANIFEST_TYPE, pushBlob, randomBlob, type ContentServer } from './content.js';
import { manyTags } from './many-tags.js';
import { openRegistryService, putReplication, readyRegistry, type ReadyRegistry } from './registry-service.js';
import type { Stage } from './stage.js';

const NAME = 'replication';
const REPOSITORY = 'bench';
const SCOPE = `repository:${REPOSITORY}:pull,push`;
/** Of a small image. */
const SMALL_BYTES = 100_000;
const CONFIG_BYTES = 500;
const PUSHES = 40;
const LARGE_ROUNDS = 2;
const LIMIT_MS = 240_000;
const AIMS = { smallMs: 500, ratio: 1.5 };

/** From pushes that were answered to replicas that have what was pushed. */
export async function replication(stage: Stage): Promise<readonly Finding[]> {
  const service = await openRegistryService(stage, NAME);
  const ready = await readyRegistry(service, NAME, SCOPE);
  const other = await readyRegistry(service, `${NAME}2`, SCOPE);
  const server: ContentServer = { host: ready.host, agent: service.agent, headers: ready.headers };
  const source = new DataSource(dataSourceOptions({ databaseUrl: stage.database.urlOf(NAME), databasePoolSize: 1 }));
  await source.initialize();
  stage.atEnd('the look at transfers', () => source.destroy());
  const database = new Database(source);
  const copied = async () => {
    const deadline = performance.now() + LIMIT_MS;
    while ((await openTransfers(database)).count > 0) {
      if (performance.now() > deadline) throw new Error(`Not copied within ${LIMIT_MS} ms.`);
      await pause(1);
    }
  };

  const endpoint = await putReplication(service, NAME, 'eastus');
  const small: number[] = [];
  for (let nth = 0; nth < PUSHES; nth++) {
    const tag = randomUUID();
    await pushImage(server, SMALL_BYTES, tag);
    const answeredAt = performance.now();
    await copied();
    small.push(performance.now() - answeredAt);
    await pull(service, endpoint, ready, tag);
  }
  const large = { replicated: [] as number[], skopeo: [] as number[] };
  const certFolder = await stage.folder(`${NAME}-ca`);
  await copyFile(service.caFile, join(certFolder, 'ca.crt'));
  for (let round = 0; round < Math.min(LARGE_ROUNDS, stage.options.rounds); round++) {
    const tag = randomUUID();
    await pushImage(server, stage.options.blobBytes, tag);
    large.replicated.push(await seconds(copied));
    large.skopeo.push(await seconds(() => skopeoCopy(ready, other, tag, certFolder)));
  }
  const p50 = median(small);
  const ratio = pairedRatio(large.replicated, large.skopeo);
  return [
    {
      what: 'Replication: from a push that is answered to a replica that has the image, 100 kB',
      measured: `p50 ${p50.toFixed(0)} ms, p99 ${quantile(small, 0.99).toFixed(0)} ms`,
      aim: { text: `p50 < ${AIMS.smallMs} ms`, isMet: p50 < AIMS.smallMs },
    },
    {
      what: `The same for ${stage.options.blobBytes / 1024 ** 3} GiB, against \`skopeo copy\` into another registry`,
      measured: `${median(large.replicated).toFixed(1)} s`,
      floor: `${median(large.skopeo).toFixed(1)} s`,
      ratio,
      aim: { text: `≤ ${AIMS.ratio}`, isMet: ratio <= AIMS.ratio },
    },
    ...(await manyTags(stage)),
  ];
}

/** With a config of its own: clients that copy read that whole. */
async function pushImage(server: ContentServer, bytes: number, tag: string): Promise<void> {
  const [config, layer] = [randomBlob(CONFIG_BYTES), randomBlob(bytes)];
  for (const blob of [config, layer]) await pushBlob(server, blob, REPOSITORY);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.bench.config', digest: config.digest, size: config.bytes },
    layers: [{ mediaType: 'application/vnd.bench.layer', digest: layer.digest, size: layer.bytes }],
  };
  const url = `https://${server.host}/v2/${REPOSITORY}/manifests/${tag}`;
  const { statusCode, body } = await request(url, {
    method: 'PUT',
    headers: { ...server.headers, 'content-type': MANIFEST_TYPE },
    dispatcher: server.agent,
    body: JSON.stringify(manifest),
  });
  if (statusCode !== 201) throw new Error(`${url} was answered ${statusCode}: ${await body.text()}`);
  await body.dump();
}

async function pull({ agent }: Service, host: string, { headers }: ReadyRegistry, tag: string): Promise<void> {
  const url = `https://${host}/v2/${REPOSITORY}/manifests/${tag}`;
  const { statusCode, body } = await request(url, {
    headers: { ...headers, accept: MANIFEST_TYPE },
    dispatcher: agent,
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`${url} was answered ${statusCode}.`);
}

async function skopeoCopy(from: ReadyRegistry, to: ReadyRegistry, tag: string, certFolder: string): Promise<void> {
  const credentials = ({ basic }: ReadyRegistry) => Buffer.from(basic.slice(6), 'base64').toString();
  const trusted = ['--src-cert-dir', certFolder, '--dest-cert-dir', certFolder];
  const loggedIn = ['--src-creds', credentials(from), '--dest-creds', credentials(to)];
  await promisify(execFile)('skopeo', [
    'copy',
    ...trusted,
    ...loggedIn,
    `docker://${from.host}/${REPOSITORY}:${tag}`,
    `docker://${to.host}/${REPOSITORY}:${tag}`,
  ]);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return (performance.now() - begunAt) / 1_000;
}
