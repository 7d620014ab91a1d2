import type { Sql } from '../database/database.js';
import { groupIdsOf } from './principal-groups.repository.js';

/** Entra ID names no groups at all to who is in more, since a token is a header. */
const MOST_IN_A_TOKEN = 200;

/**
 * The claim with the groups that somebody is in. It tells others: this service looks its members up, so that whoever is
 * taken out of a group has nothing of it left.
 */
export async function groupsClaimOf(sql: Sql, objectId: string): Promise<{ readonly groups?: readonly string[] }> {
  const groups = await groupIdsOf(sql, objectId, MOST_IN_A_TOKEN + 1);
  return groups.length === 0 || groups.length > MOST_IN_A_TOKEN ? {} : { groups };
}
