import { randomUUID } from 'node:crypto';
import { ResourceId } from '../../src/arm/resource-id.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { registryId } from '../../src/registries/registry-id.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { ComparisonWork } from '../../src/replications/comparison-work.js';
import { REPLICATION_TYPE, replicationType } from '../../src/replications/replication.type.js';
import type { Replication } from '../../src/replications/replication.entity.js';
import { ReplicationsRepository } from '../../src/replications/replications.repository.js';
import { TransferWork } from '../../src/replications/transfer-work.js';
import { Operations } from '../../src/work/operations.js';
import { Worker } from '../../src/work/worker.js';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import type { Edge } from './oci-edge.js';
import { until } from './until.js';

const NEVER = new AbortController().signal;
const CALLER = { tenantId: randomUUID(), objectId: randomUUID(), name: 'tests', type: 'Application' } as const;

/** Begins to make a replication, as a request does it; `settle` ends that. */
export async function beginReplica(edge: Edge, registry: Registry, location: string): Promise<Replication> {
  const id = ResourceId.parse(`${registryId(registry)}/replications/${location}`);
  if (!id) throw new Error(`${location} names no replication.`);
  const type = replicationType(edge.config.regions);
  const replication = { ...type.fresh(id, CALLER, new Date(), registry), location };
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

/** Works until nothing is due: operations, comparisons and transfers. What failed is not due. */
export async function work(edge: Edge): Promise<void> {
  const [worker, comparisons, transfers] = [edge.get(Worker), edge.get(ComparisonWork), edge.get(TransferWork)];
  for (let isBusy = true; isBusy;) {
    const did = [await worker.runOnce(), await comparisons.runOnce(NEVER), await transfers.runOnce(NEVER)];
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

export function dataPlaneOf(edge: Edge): DataPlane {
  return edge.get(DataPlane);
}
