import { randomUUID } from 'node:crypto';
import type { Statement, Tx } from '../database/database.js';
import type { CausingRequest, ContentAction } from './content-event.entity.js';

/** What changed in a repository. */
export interface ContentChange {
  readonly action: ContentAction;
  readonly tag: string | null;
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly sizeBytes: number | string;
}

/** Who changed it, as far as those who hear of it may know. */
export interface ContentCause {
  /** Of the instance whose engine took it. */
  readonly instanceName: string;
  /** Whether that is a replica's, which may be deleted while this is written. */
  readonly isAtReplica?: boolean;
  /** Name of who did it; empty when the service did by itself. */
  readonly actor: string;
  /** Null when no client of the login server asked for it. */
  readonly request: CausingRequest | null;
}

/** Where and when. */
export interface ContentPlace {
  readonly registryId: string;
  readonly repository: string;
  readonly at: Date;
}

const hold: Statement = {
  name: 'content_events.hold_replica',
  text: `select 1 as held from replications
          where registry_id = $1 and provisioning_state <> 'Deleting'
            and (instance_name = $2 or id = (select replication_id from zone_copies where instance_name = $2)) for share`,
};
const insert: Statement = {
  name: 'content_events.insert',
  text: `insert into content_events (id, created_at, registry_id, repository, instance_name, actor, request,
                                     action, tag, digest, media_type, artifact_type, size_bytes)
           select c.id, $1, $2, $3, $4, $5, $6::jsonb, c.action, c.tag, c.digest, c.media_type, c.artifact_type, c.size_bytes
             from unnest($7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[])
                    as c (id, action, tag, digest, media_type, artifact_type, size_bytes)`,
};

/**
 * Keeps the deletion of a replica waiting for what is being written of it, and this for a deletion that has begun. False when
 * the replica goes, and with it what it holds.
 */
export async function holdReplica(tx: Tx, registryId: string, instanceName: string): Promise<boolean> {
  return (await tx.row(hold, [registryId, instanceName])) !== undefined;
}

/** Answers the ids that the events are given, which are known before they are written. */
export function insertContentEvents(
  tx: Tx,
  { registryId, repository, at }: ContentPlace,
  { instanceName, actor, request }: ContentCause,
  changes: readonly ContentChange[],
): { readonly ids: readonly string[]; readonly written: Promise<unknown> } {
  const ids = changes.map(() => randomUUID());
  const written = tx.count(insert, [
    at,
    registryId,
    repository,
    instanceName,
    actor,
    request && JSON.stringify(request),
    ids,
    changes.map(({ action }) => action),
    changes.map(({ tag }) => tag),
    changes.map(({ digest }) => digest),
    changes.map(({ mediaType }) => mediaType),
    changes.map(({ artifactType }) => artifactType),
    changes.map(({ sizeBytes }) => sizeBytes),
  ]);
  return { ids, written };
}
