import type { Statement, Tx } from '../database/database.js';
import type { ReplicationTransfer } from './replication-transfer.entity.js';

const holdPurged: Statement = {
  name: 'purged_manifests.hold',
  text: `select 1 from deleted_manifests
          where registry_id = $1 and repository = $2 and digest = $3 and purged_at is not null for update`,
};
const notePurged: Statement = {
  name: 'purged_manifests.note',
  text: `update deleted_manifests set purged_at = greatest(purged_at, $4)
          where registry_id = $1 and repository = $2 and digest = $3 and purged_at is not null`,
};

/** Until the transaction ends, who pushes a manifest that is gone for good waits. */
export async function holdPurgedManifest(
  tx: Tx,
  { registryId, repository, reference }: ReplicationTransfer,
): Promise<void> {
  await tx.row(holdPurged, [registryId, repository, reference]);
}

/** Who began to push it before that has to do so again: an instance has been told to delete it since. */
export async function notePurgedSince(
  tx: Tx,
  { registryId, repository, reference }: ReplicationTransfer,
  at: Date,
): Promise<void> {
  await tx.count(notePurged, [registryId, repository, reference, at]);
}
