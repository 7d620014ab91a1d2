import type { Sql, Statement } from '../database/database.js';
import type { PullState } from './pull-plan.js';

/** How long the claim to bring something holds without being renewed. */
export const FILL_LEASE_SECONDS = 10;

/** What is pulled, and from where. */
export interface Pulled {
  readonly registryId: string;
  readonly repository: string;
  /** Tag or digest; `blob/` before that of a blob. */
  readonly reference: string;
}

/** The rule for a repository, and how far it has come with a reference. */
export interface MatchedRule extends PullState {
  readonly sourceRepository: string;
  readonly targetRepository: string;
  readonly credentialSetId: string | null;
}

/** Of the rules for a repository, the one that names it most closely; their targets are `$4`. */
const RULE = `from cache_rules c
              where c.registry_id = $1 and c.target_repository = any($4) and c.provisioning_state <> 'Deleting'
              order by right(c.target_repository, 1) = '*', length(c.target_repository) desc limit 1`;

const manifestRule: Statement = {
  name: 'cache_fills.manifest_rule',
  text: `select c.source_repository as "sourceRepository", c.target_repository as "targetRepository",
                s.id as "credentialSetId", f.digest as "filledDigest", f.ask_again_at as "askAgainAt",
                coalesce(f.lease_until < now(), false) as "isInterrupted",
                (select m.digest from repositories r join manifests m on m.repository_id = r.id
                  where r.registry_id = $1 and r.name = $2
                    and m.digest = coalesce((select t.digest from image_tags t
                                              where t.repository_id = r.id and t.name = $3), $3)) as "storedDigest"
           from (select c.* ${RULE}) c
                left join credential_sets s on s.registry_id = c.registry_id and s.key = c.credential_set_key
                left join cache_fills f on f.registry_id = $1 and f.repository = $2 and f.reference = $3`,
};
/** `$3` is the reference, with `blob/` before the digest. */
const blobRule: Statement = {
  name: 'cache_fills.blob_rule',
  text: `select c.source_repository as "sourceRepository", c.target_repository as "targetRepository",
                s.id as "credentialSetId", null::text as "filledDigest", null::timestamptz as "askAgainAt",
                false as "isInterrupted",
                (select f.digest from repositories r join manifest_references f on f.repository_id = r.id
                  where r.registry_id = $1 and r.name = $2 and f.kind = 'blobs' and f.digest = substr($3, 6)
                  limit 1) as "storedDigest"
           from (select c.* ${RULE}) c
                left join credential_sets s on s.registry_id = c.registry_id and s.key = c.credential_set_key`,
};
const isFollowed: Statement = {
  name: 'cache_fills.is_followed',
  text: `select 1
           from cache_fills f
          where f.registry_id = $1 and f.repository = $2 and f.reference = $3
            and exists (select 1 ${RULE})
            and (f.lease_until > now()
                 or exists (select 1 from repositories r join image_tags t on t.repository_id = r.id
                             where r.registry_id = $1 and r.name = $2 and t.name = $3 and t.digest = f.digest))`,
};
const claim: Statement = {
  name: 'cache_fills.claim',
  text: `with before as (select 1 from cache_fills
                         where registry_id = $1 and repository = $2 and reference = $3 and lease_until is not null)
         insert into cache_fills (registry_id, repository, reference, lease_token, lease_until)
           values ($1, $2, $3, $4, now() + interval '${FILL_LEASE_SECONDS} seconds')
         on conflict (registry_id, repository, reference)
           do update set lease_token = excluded.lease_token, lease_until = excluded.lease_until
           where cache_fills.lease_until is null or cache_fills.lease_until < now()
         returning exists (select 1 from before) as "isInterrupted"`,
};
const renew: Statement = {
  name: 'cache_fills.renew',
  text: `update cache_fills set lease_until = now() + interval '${FILL_LEASE_SECONDS} seconds'
          where registry_id = $1 and repository = $2 and reference = $3 and lease_token = $4`,
};
const settle: Statement = {
  name: 'cache_fills.settle',
  text: `update cache_fills set digest = $5, ask_again_at = $6, lease_token = null, lease_until = null
          where registry_id = $1 and repository = $2 and reference = $3 and lease_token = $4`,
};
/** What was never brought leaves nothing. */
const forget: Statement = {
  name: 'cache_fills.forget',
  text: `delete from cache_fills
          where registry_id = $1 and repository = $2 and reference = $3 and lease_token = $4 and digest is null`,
};
const release: Statement = {
  name: 'cache_fills.release',
  text: `update cache_fills set lease_token = null, lease_until = null
          where registry_id = $1 and repository = $2 and reference = $3 and lease_token = $4`,
};

/** Undefined when no rule is for the repository. @param targets of the rules that may be for it. */
export function findRule(sql: Sql, pulled: Pulled, targets: readonly string[]): Promise<MatchedRule | undefined> {
  const question = pulled.reference.startsWith('blob/') ? blobRule : manifestRule;
  return sql.row<MatchedRule>(question, [...keyOf(pulled), targets]);
}

/** Whether what the tag names is, or is about to be, what a rule brings. */
export async function isFollowedTag(sql: Sql, pulled: Pulled, targets: readonly string[]): Promise<boolean> {
  return (await sql.row(isFollowed, [...keyOf(pulled), targets])) !== undefined;
}

/** A claim to bring something. */
export interface FillClaim {
  /** Whether another one ended without having said what came of it. */
  readonly isInterrupted: boolean;
}

/** Takes it upon whoever has the token to bring it; undefined while somebody else does. */
export function claimFill(sql: Sql, pulled: Pulled, token: string): Promise<FillClaim | undefined> {
  return sql.row<FillClaim>(claim, [...keyOf(pulled), token]);
}

/** False when it was given to somebody else. */
export async function renewFill(sql: Sql, pulled: Pulled, token: string): Promise<boolean> {
  return (await sql.count(renew, [...keyOf(pulled), token])) === 1;
}

/** What a tag names here by a rule, and when the other registry is to be asked again. */
export interface Filled {
  readonly digest: string;
  readonly askAgainAt: Date;
}

/** Ends the claim with what came of it. */
export async function settleFill(
  sql: Sql,
  pulled: Pulled,
  token: string,
  { digest, askAgainAt }: Filled,
): Promise<void> {
  await sql.count(settle, [...keyOf(pulled), token, digest, askAgainAt]);
}

/** Ends the claim with all as it was before. */
export async function releaseFill(sql: Sql, pulled: Pulled, token: string): Promise<void> {
  await sql.count(forget, [...keyOf(pulled), token]);
  await sql.count(release, [...keyOf(pulled), token]);
}

function keyOf({ registryId, repository, reference }: Pulled): readonly string[] {
  return [registryId, repository, reference];
}
