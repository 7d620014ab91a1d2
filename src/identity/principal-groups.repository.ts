import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { PrincipalGroup } from './principal-group.entity.js';

const columns = columnsOf(PrincipalGroup);

const insert: Statement = { name: 'principal_groups.insert', text: `insert into principal_groups ${columns.insert}` };
const find: Statement = {
  name: 'principal_groups.find',
  text: `select ${columns.select()} from principal_groups where object_id = $1`,
};
const page: Statement = {
  name: 'principal_groups.page',
  text: `select ${columns.select()} from principal_groups where object_id > $1 order by object_id limit $2`,
};
const remove: Statement = {
  name: 'principal_groups.remove',
  text: 'delete from principal_groups where object_id = $1',
};
const memberColumns = `m.member_id as "objectId", coalesce(u.display_name, p.display_name) as "displayName",
  u.user_name as "userName", p.app_id as "appId", m.added_at as "addedAt"`;
const memberTables = `principal_group_members m
  left join users u on u.object_id = m.user_id
  left join service_principals p on p.object_id = m.service_principal_id`;
const pageOfMembersStatement: Statement = {
  name: 'principal_groups.members',
  text: `select ${memberColumns} from ${memberTables}
          where m.group_id = $1 and m.member_id > $2 order by m.member_id limit $3`,
};
const findMember: Statement = {
  name: 'principal_groups.member',
  text: `select ${memberColumns} from ${memberTables} where m.group_id = $1 and m.member_id = $2`,
};
// Of the group's tenant, or nothing comes of it.
const add: Statement = {
  name: 'principal_groups.add_member',
  text: `insert into principal_group_members (group_id, member_id, user_id, service_principal_id, added_at)
         select g.object_id, coalesce(u.object_id, p.object_id), u.object_id, p.object_id, $3
           from principal_groups g
           left join users u on u.object_id = $2 and u.tenant_id = g.tenant_id
           left join service_principals p on p.object_id = $2 and p.tenant_id = g.tenant_id
          where g.object_id = $1 and num_nonnulls(u.object_id, p.object_id) = 1
         on conflict (group_id, member_id) do nothing`,
};
const removeMemberStatement: Statement = {
  name: 'principal_groups.remove_member',
  text: 'delete from principal_group_members where group_id = $1 and member_id = $2',
};
const groupsOf: Statement = {
  name: 'principal_groups.of_member',
  text: `select group_id as "groupId" from principal_group_members where member_id = $1 order by group_id limit $2`,
};

/** A user has a user name, a service principal an application id. */
export interface GroupMember {
  readonly objectId: string;
  readonly displayName: string;
  readonly userName: string | null;
  readonly appId: string | null;
  readonly addedAt: Date;
}

export async function insertGroup(sql: Sql, group: PrincipalGroup): Promise<void> {
  await sql.count(insert, columns.values(group));
}

export function findGroup(sql: Sql, objectId: string): Promise<PrincipalGroup | undefined> {
  return sql.row<PrincipalGroup>(find, [objectId]);
}

/** In the order of their object ids, after `after`. */
export function pageOfGroups(sql: Sql, after: string, limit: number): Promise<PrincipalGroup[]> {
  return sql.rows<PrincipalGroup>(page, [after, limit]);
}

/** Whether there was such a group. Its members are let go with it. */
export async function removeGroup(sql: Sql, objectId: string): Promise<boolean> {
  return (await sql.count(remove, [objectId])) > 0;
}

/** In the order of their object ids, after `after`. */
export function pageOfMembers(sql: Sql, groupId: string, after: string, limit: number): Promise<GroupMember[]> {
  return sql.rows<GroupMember>(pageOfMembersStatement, [groupId, after, limit]);
}

/** Whether somebody of the group's tenant has come to be in it; not who is in it already. */
export async function addMember(sql: Sql, groupId: string, objectId: string, now: Date): Promise<boolean> {
  return (await sql.count(add, [groupId, objectId, now])) > 0;
}

export function memberOf(sql: Sql, groupId: string, objectId: string): Promise<GroupMember | undefined> {
  return sql.row<GroupMember>(findMember, [groupId, objectId]);
}

/** Whether that was a member. */
export async function removeMember(sql: Sql, groupId: string, objectId: string): Promise<boolean> {
  return (await sql.count(removeMemberStatement, [groupId, objectId])) > 0;
}

/** The groups that somebody is in, so many at the most. */
export async function groupIdsOf(sql: Sql, objectId: string, limit: number): Promise<string[]> {
  return (await sql.rows<{ groupId: string }>(groupsOf, [objectId, limit])).map(({ groupId }) => groupId);
}
