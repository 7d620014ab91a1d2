import type { Statement, Tx } from '../database/database.js';
import type { ContentChange } from './content-events.repository.js';
import type { QuarantineState } from './manifest.entity.js';

/** Which manifest of a registry is meant. */
export interface JudgedManifest {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
}

/** As the manifest is before. */
interface Taken {
  readonly repositoryId: string;
  readonly state: QuarantineState | null;
  /** Whether the registry has a quarantine now. */
  readonly isOn: boolean;
}

const take: Statement = {
  name: 'quarantine.take',
  text: `select r.id as "repositoryId", m.quarantine_state as state,
                coalesce(g.policies->'quarantinePolicy'->>'status' = 'enabled', false) as "isOn"
           from repositories r join manifests m on m.repository_id = r.id join registries g on g.id = r.registry_id
          where r.registry_id = $1 and r.name = $2 and m.digest = $3
            for no key update of r`,
};
const judge: Statement = {
  name: 'quarantine.judge',
  text: `update manifests set quarantine_state = $3, quarantine_details = coalesce($4, quarantine_details)
          where repository_id = $1 and digest = $2`,
};
/** Of an index, whose manifests nobody could pull otherwise; one that was found bad stays. */
const releaseParts: Statement = {
  name: 'quarantine.release_parts',
  text: `with recursive parts as (
           select $2::text as digest
           union
           select f.digest from manifest_references f join parts p on f.manifest_digest = p.digest
            where f.repository_id = $1 and f.kind = 'manifests')
         update manifests m set quarantine_state = 'Passed' from parts p
          where m.repository_id = $1 and m.digest = p.digest and m.quarantine_state = 'Quarantined'
         returning m.digest`,
};
const names: Statement = {
  name: 'quarantine.names',
  text: `select m.digest, m.media_type as "mediaType", m.artifact_type as "artifactType", m.size_bytes as "sizeBytes",
                t.name as tag
           from manifests m left join image_tags t on t.repository_id = m.repository_id and t.digest = m.digest
          where m.repository_id = $1 and m.digest = any ($2::text[])
          order by t.name, m.digest`,
};

/** Holds the repository, so that its events are numbered in their order. Undefined when there is no such manifest. */
export function takeForJudgement(tx: Tx, of: JudgedManifest): Promise<Taken | undefined> {
  return tx.row<Taken>(take, [of.registryId, of.repository, of.digest]);
}

export async function judgeManifest(
  tx: Tx,
  repositoryId: string,
  digest: string,
  state: QuarantineState,
  details: string | null,
): Promise<void> {
  await tx.count(judge, [repositoryId, digest, state, details]);
}

/** Lets out what the manifest refers to, at any depth. Answers the digests of what was let out. */
export async function releaseWith(tx: Tx, repositoryId: string, digest: string): Promise<string[]> {
  return (await tx.rows<{ digest: string }>(releaseParts, [repositoryId, digest])).map((part) => part.digest);
}

/** Each tag of these manifests, and those that have none. */
export function namesOf(
  tx: Tx,
  repositoryId: string,
  digests: readonly string[],
): Promise<Omit<ContentChange, 'action'>[]> {
  return tx.rows<Omit<ContentChange, 'action'>>(names, [repositoryId, digests]);
}
