import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResourceId } from '../../src/arm/resource-id.js';
import { digestOf } from '../../src/copying/content-digest.js';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { registryId } from '../../src/registries/registry-id.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { ComparisonWork } from '../../src/replications/comparison-work.js';
import { REPLICATION_TYPE, replicationType } from '../../src/replications/replication.type.js';
import type { Replication } from '../../src/replications/replication.entity.js';
import { ReplicationsRepository } from '../../src/replications/replications.repository.js';
import { TransferWork } from '../../src/replications/transfer-work.js';
import { ZoneWork } from '../../src/replications/zone-work.js';
import { Operations } from '../../src/work/operations.js';
import { Worker } from '../../src/work/worker.js';
import type { Edge } from './oci-edge.js';
import { until } from './until.js';

const NEVER = new AbortController().signal;
const CALLER = { tenantId: randomUUID(), objectId: randomUUID(), name: 'tests', type: 'Application' } as const;

/** Begins to make a replication, as a request does it; `settle` ends that. */
export async function beginReplica(
  edge: Edge,
  registry: Registry,
  location: string,
  settings: Partial<Replication> = {},
): Promise<Replication> {
  const id = ResourceId.parse(`${registryId(registry)}/replications/${location}`);
  if (!id) throw new Error(`${location} names no replication.`);
  const type = replicationType(edge.config.regions);
  const replication = { ...type.fresh(id, CALLER, new Date(), registry), location, ...settings };
  await edge.transaction(async (tx) => {
    await edge.get(ReplicationsRepository).insert(tx, replication);
    await edge.get(Operations).start(tx, {
      type: REPLICATION_TYPE,
      recordId: replication.id,
      kind: 'Create',
      subscriptionId: registry.subscriptionId,
      tenantId: CALLER.tenantId,
      correlationId: 'c',
    });
  });
  return replication;
}

/** Begins to change or delete a replication, as a request does it, whatever goes on with it. */
export async function beginAgain(
  edge: Edge,
  { subscriptionId }: Registry,
  { id }: Replication,
  kind: 'Update' | 'Delete',
): Promise<void> {
  const provisioningState = kind === 'Delete' ? 'Deleting' : 'Updating';
  await edge.transaction(async (tx) => {
    const current = await edge.get(ReplicationsRepository).byId(tx, id);
    if (!current) throw new Error(`The replication ${id} is gone.`);
    await edge.get(ReplicationsRepository).update(tx, { ...current, provisioningState });
    const { tenantId } = CALLER;
    const undertaking = { type: REPLICATION_TYPE, recordId: id, kind, subscriptionId, tenantId, correlationId: 'c' };
    await edge.get(Operations).takeOver(tx, undertaking);
  });
}

/** Works until nothing is due: operations, comparisons and transfers. What failed is not due. */
export async function work(edge: Edge): Promise<void> {
  const [worker, comparisons, transfers] = [edge.get(Worker), edge.get(ComparisonWork), edge.get(TransferWork)];
  for (let isBusy = true; isBusy;) {
    const zones = await edge.get(ZoneWork).runOnce(NEVER);
    const did = [zones, await worker.runOnce(), await comparisons.runOnce(NEVER), await transfers.runOnce(NEVER)];
    isBusy = did.includes(true);
  }
}

/** Made, compared, and copied to. */
export async function givenReplica(edge: Edge, registry: Registry, location: string): Promise<Replication> {
  const replication = await beginReplica(edge, registry, location);
  await until(async () => {
    await work(edge);
    const [left] = await edge.sql<{ n: number }>(
      `select (select count(*) from replication_transfers where instance_name = $2)::int
              + (select count(*) from replications where id = $1
                  and not exists (select 1 from replication_comparisons c where c.id = $1 and c.ended_at is not null))::int as n`,
      [replication.id, replication.instanceName],
    );
    return left?.n === 0;
  });
  return replication;
}

/** What an instance has, by its engine: the digest of each tag, and which of the digests it has. */
export async function heldBy(
  edge: Edge,
  instanceName: string,
  repository: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const target = edge.get(EngineRepositories).target(instanceName, repository);
  const held = await Promise.all(names.map(async (name) => [name, await target.digestOfTag(name, NEVER)] as const));
  return Object.fromEntries(held);
}

/** Whatever an instance has otherwise than the index says; every byte of it is read. */
export async function differencesOf(edge: Edge, { id }: Registry, instanceName: string): Promise<readonly string[]> {
  const rows = await edge.sql<{ repository: string; digest: string; tags: string[]; blobs: string[] }>(
    `select r.name as repository, m.digest,
            array(select name from image_tags t where t.repository_id = r.id and t.digest = m.digest) as tags,
            array(select digest from manifest_references f
                   where f.repository_id = r.id and f.manifest_digest = m.digest and f.kind = 'blobs') as blobs
       from repositories r join manifests m on m.repository_id = r.id where r.registry_id = $1`,
    [id],
  );
  const engines = edge.get(EngineRepositories);
  const differences: string[] = [];
  for (const { repository, digest, tags, blobs } of rows) {
    const source = engines.source(instanceName, repository);
    for (const reference of [digest, ...tags])
      if ((await source.manifest(reference, NEVER))?.digest !== digest) differences.push(`${repository} ${reference}`);
    for (const blob of blobs) {
      const found = await source.blob(blob, NEVER);
      const bytes = found && Buffer.concat((await found.body.toArray()) as Buffer[]);
      if (!bytes || digestOf(bytes) !== blob) differences.push(`${repository} ${blob}`);
    }
  }
  const lists = engines.lists(instanceName);
  for await (const repository of lists.repositories('', NEVER))
    for await (const tag of lists.tags(repository, NEVER)) {
      const isKnown = rows.some((row) => row.repository === repository && row.tags.includes(tag));
      const isThere = await engines.target(instanceName, repository).digestOfTag(tag, NEVER);
      if (!isKnown && isThere) differences.push(`${repository} ${tag} is too much`);
    }
  return differences;
}

const WAITING = {
  operations: 'ended_at is null',
  replication_transfers: 'true',
  replication_comparisons: 'begun_at is not null or ended_at is null or asked_at > ended_at',
  zone_copies: 'made_at is null',
} as const;

/** Everything that waits is due, and whoever held something has died. */
export async function letTimePass(edge: Edge): Promise<void> {
  for (const [table, which] of Object.entries(WAITING))
    await edge.sql(
      `update ${table} set run_after = least(run_after, now()), lease_until = now() - interval '1 second' where ${which}`,
    );
}

/** Works, however often something has to be tried again, until nothing is left. */
export async function workItOff(edge: Edge): Promise<void> {
  await until(async () => {
    await letTimePass(edge);
    await work(edge);
    const counts = Object.entries(WAITING).map(([table, which]) => `(select count(*) from ${table} where ${which})`);
    const [left] = await edge.sql<{ n: number }>(`select (${counts.join(' + ')})::int as n`);
    return left?.n === 0;
  });
}

/** Between the service and the engine of one instance: what goes through it can be cut. */
export class CutNetwork {
  private readonly sockets = new Set<Socket>();
  private readonly servers = new Map<string, Server>();
  private bytesLeft = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly folder: string,
    private readonly undo: () => void,
  ) {}

  static async before(edge: Edge, instanceName: string): Promise<CutNetwork> {
    const dataPlane = edge.get(DataPlane);
    const acquire = dataPlane.acquire.bind(dataPlane);
    const folder = await mkdtemp(join(tmpdir(), 'berth-cut-'));
    const network = new CutNetwork(folder, () => {
      dataPlane.acquire = acquire;
    });
    dataPlane.acquire = async (name) => {
      const lease = await acquire(name);
      if (name !== instanceName) return lease;
      return { socketPath: await network.to(lease.socketPath), release: () => lease.release() };
    };
    return network;
  }

  /** After so many bytes, whichever way they go, nothing goes through any more. */
  cut(afterBytes = 0): void {
    this.bytesLeft = afterBytes;
    if (afterBytes === 0) for (const socket of this.sockets) socket.destroy();
  }

  get isCut(): boolean {
    return this.bytesLeft <= 0;
  }

  heal(): void {
    this.bytesLeft = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    this.undo();
    this.cut();
    await Promise.all([...this.servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async to(socketPath: string): Promise<string> {
    const path = join(this.folder, createHash('sha256').update(socketPath).digest('hex').slice(0, 12));
    if (this.servers.has(path)) return path;
    const server = createServer((socket) => this.join(socket, connect(socketPath)));
    this.servers.set(path, server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  private join(one: Socket, other: Socket): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        this.bytesLeft -= bytes.length;
        if (this.isCut) for (const socket of this.sockets) socket.destroy();
        else if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
    }
    if (this.isCut) one.destroy();
  }
}
