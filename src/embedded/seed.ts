import { ensureFirstClient } from './client-file.js';
import type { FirstClient } from './client-file.js';

/** How the rows come to be. Each may be called again with the same values and then changes nothing. */
export interface Seeding {
  readonly createTenant: (tenantId: string) => Promise<void>;
  readonly createSubscription: (subscriptionId: string, tenantId: string) => Promise<void>;
  readonly createServicePrincipal: (client: FirstClient) => Promise<void>;
}

/** Makes the first tenant, subscription and service principal, unless they are there; goes on where a killed one stopped. */
export async function seed(dataDir: string, rows: Seeding): Promise<FirstClient> {
  const client = await ensureFirstClient(dataDir);
  await rows.createTenant(client.tenantId);
  await rows.createSubscription(client.subscriptionId, client.tenantId);
  await rows.createServicePrincipal(client);
  return client;
}
