import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import { isUuid } from '../arm/uuid.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import type { RegistryChild } from './registry-child.entity.js';

/** The queries that are the same for every resource below a registry; a feature's store is made of them and its own. */
export interface RegistryChildren<R extends RegistryChild> {
  readonly find: (sql: Sql, id: ResourceId, tenantId: string) => Promise<R | undefined>;
  readonly lock: (tx: Tx, id: ResourceId, tenantId: string) => Promise<R | undefined>;
  /** All below the registry of that id, in the order of their names. */
  readonly lockAll: (tx: Tx, registryId: string) => Promise<R[]>;
  readonly byId: (sql: Sql, id: string) => Promise<R | undefined>;
  readonly list: (sql: Sql, id: ResourceId, page: Page) => Promise<R[]>;
  readonly insert: (tx: Tx, record: R) => Promise<void>;
  readonly update: (tx: Tx, record: R) => Promise<void>;
  readonly remove: (tx: Tx, record: R) => Promise<void>;
  /** How many there are below the registry, not counting the one of that id. */
  readonly countOthers: (sql: Sql, registryId: string, id: string) => Promise<number>;
}

/** @param table of the entity; trusted text, never a client's. */
export function registryChildrenOf<R extends RegistryChild>(table: string, entity: new () => R): RegistryChildren<R> {
  const columns = columnsOf(entity);
  const statement = (verb: string, text: string): Statement => ({ name: `${table}.${verb}`, text });
  const selected = `select ${columns.select('c')}, r.name as "registryName", r.subscription_id as "subscriptionId",
                           r.group_key as "groupKey", r.group_name as "groupName"
                      from ${table} c join registries r on r.id = c.registry_id`;
  const below = 'where r.subscription_id = $1 and r.group_key = $2 and r.key = $3';
  const found = `${selected} join subscriptions s on s.id = r.subscription_id
                  ${below} and c.key = $4 and s.tenant_id = $5 and s.state <> 'Deleted'`;
  const find = statement('find', found);
  const lock = statement('lock', `${found} for update of c`);
  const lockAll = statement('lock_all', `${selected} where c.registry_id = $1 order by c.key for update of c`);
  const byId = statement('by_id', `${selected} where c.id = $1`);
  const list = statement('list', `${selected} ${below} and c.key > $4 order by c.key limit $5`);
  const insert = statement('insert', `insert into ${table} ${columns.insert}`);
  const update = statement('update', `update ${table} set ${columns.assignments} where id = $1`);
  const remove = statement('remove', `delete from ${table} where id = $1`);
  const countOthers = statement(
    'count_others',
    `select count(*)::int as n from ${table} where registry_id = $1 and id <> $2`,
  );
  const registryOf = ({ subscriptionId, groupKey, segments: [registry] }: ResourceId) => [
    subscriptionId,
    groupKey,
    registry?.name.toLowerCase(),
  ];
  const named = async (sql: Sql, how: Statement, id: ResourceId, tenantId: string): Promise<R | undefined> =>
    isUuid(id.subscriptionId) ? sql.row<R>(how, [...registryOf(id), id.key, tenantId]) : undefined;
  return {
    find: (sql, id, tenantId) => named(sql, find, id, tenantId),
    lock: (tx, id, tenantId) => named(tx, lock, id, tenantId),
    lockAll: (tx, registryId) => tx.rows<R>(lockAll, [registryId]),
    byId: (sql, id) => sql.row<R>(byId, [id]),
    list: (sql, id, { after, limit }) => sql.rows<R>(list, [...registryOf(id), after, limit]),
    insert: async (tx, record) => void (await tx.count(insert, columns.values(record))),
    update: async (tx, record) => void (await tx.count(update, columns.values(record))),
    remove: async (tx, { id }) => void (await tx.count(remove, [id])),
    countOthers: async (sql, registryId, id) => (await sql.row<{ n: number }>(countOthers, [registryId, id]))?.n ?? 0,
  };
}
