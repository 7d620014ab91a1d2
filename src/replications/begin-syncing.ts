import type { Tx } from '../database/database.js';
import { askForComparison } from './comparisons.repository.js';
import { refreshStatus } from './replication-status.repository.js';
import type { Replication } from './replication.entity.js';
import { hurryTransfers } from './transfers.repository.js';

/** The replica has its engine: what the registry holds can be copied there, and what had to wait for it goes on. */
export async function beginSyncing(tx: Tx, { id, instanceName }: Replication): Promise<void> {
  await askForComparison(tx, id);
  await hurryTransfers(tx, instanceName);
  await refreshStatus(tx, instanceName);
}
