import { ResourceId } from '../../src/arm/resource-id.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { LoginServers } from '../../src/registries/login-servers.js';
import { registryId } from '../../src/registries/registry-id.js';
import type { Replication } from '../../src/replications/replication.entity.js';
import { replicationType } from '../../src/replications/replication.type.js';
import { ReplicationsRepository } from '../../src/replications/replications.repository.js';
import type { Edge, GivenRegistry } from './oci-edge.js';
import { until } from './until.js';

const CALLER = { tenantId: '', objectId: '', name: 'tests', type: 'Application' } as const;

/** A replica that has been made, and where it answers. */
export interface GivenReplica {
  readonly replication: Replication;
  /** `localhost:<port>` */
  readonly loginServer: string;
  change(settings: Partial<Replication>): Promise<void>;
}

/** A replica with its instance, as the service has it when its creation has ended; nobody brings content to it. */
export async function givenReplica(edge: Edge, { registry }: GivenRegistry, region: string): Promise<GivenReplica> {
  const id = ResourceId.parse(`${registryId(registry)}/replications/${region}`);
  if (!id) throw new Error(`${region} is no name of a replication.`);
  const replication: Replication = {
    ...replicationType(edge.config.regions).fresh(id, CALLER, new Date(), registry),
    location: region,
    provisioningState: 'Succeeded',
    displayStatus: 'Ready',
  };
  const replications = edge.get(ReplicationsRepository);
  await edge.get(DataPlane).ensure({ name: replication.instanceName, readOnly: false });
  await edge.transaction((tx) => replications.insert(tx, replication));
  const portOf = async () =>
    (await edge.get(LoginServers).ports()).find(
      (one) => one.key === registry.key && one.region === region && one.listening,
    )?.port;
  await until(async () => (await portOf()) !== undefined);
  return {
    replication,
    loginServer: `localhost:${await portOf()}`,
    change: (settings) => edge.transaction((tx) => replications.update(tx, { ...replication, ...settings })),
  };
}
