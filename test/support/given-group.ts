import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/database.js';
import * as rows from '../../src/identity/principal-groups.repository.js';

/** A group of the local directory. */
export interface GivenGroup {
  readonly tenantId: string;
  readonly objectId: string;
  readonly add: (member: { readonly objectId: string }) => Promise<unknown>;
  readonly takeOut: (member: { readonly objectId: string }) => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

/** As the API makes one, though without telling the process at once. */
export async function givenGroup(
  database: Database,
  tenantId: string,
  ...members: readonly { readonly objectId: string }[]
): Promise<GivenGroup> {
  const [objectId, createdAt] = [randomUUID(), new Date()];
  await rows.insertGroup(database, { objectId, tenantId, displayName: 'A group', createdAt });
  const add = (member: { readonly objectId: string }) => rows.addMember(database, objectId, member.objectId, createdAt);
  for (const member of members) await add(member);
  return {
    tenantId,
    objectId,
    add,
    takeOut: (member) => rows.removeMember(database, objectId, member.objectId),
    remove: () => rows.removeGroup(database, objectId),
  };
}
