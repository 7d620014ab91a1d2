import type { Sql, Statement } from '../database/database.js';
import { columnsOf } from '../database/columns.js';
import { Fault } from './fault.entity.js';

const columns = columnsOf(Fault);

/** Tables of what lies below a registry and is made by a worker. */
const BELOW = ['replications', 'cache_rules', 'credential_sets'];

const list: Statement = {
  name: 'faults.list',
  text: `select ${columns.select()} from faults where tenant_id = $1 order by name`,
};
const find: Statement = {
  name: 'faults.find',
  text: `select ${columns.select()} from faults where tenant_id = $1 and name = $2`,
};
const insert: Statement = {
  name: 'faults.insert',
  text: `insert into faults ${columns.insert} on conflict (tenant_id, name) do update set ${columns.assignments}`,
};
const remove: Statement = { name: 'faults.remove', text: 'delete from faults where tenant_id = $1 and name = $2' };
const hit: Statement = {
  name: 'faults.hit',
  text: `insert into fault_hits as struck (tenant_id, fault, registry_key, hits, last_operation)
         select tenant_id, name, $3, 1, $4::uuid from faults where tenant_id = $1 and name = $2 for key share
         on conflict (tenant_id, fault, registry_key) do update
            set hits = struck.hits + (excluded.last_operation is null or
                                      struck.last_operation is distinct from excluded.last_operation)::int,
                last_operation = excluded.last_operation
          where struck.hits < $5 or struck.last_operation = excluded.last_operation`,
};
const worked: Statement = {
  name: 'faults.worked',
  text: `select extract(epoch from now() - o.created_at)::float8 * 1000 as "ageMs",
                coalesce((select key from registries where id = o.record_id), ${BELOW.map(
                  (table) =>
                    `(select r.key from registries r join ${table} c on c.registry_id = r.id where c.id = o.record_id)`,
                ).join(', ')}) as "registryKey"
           from operations o where o.id = $1`,
};

export function faultsOf(sql: Sql, tenantId: string): Promise<Fault[]> {
  return sql.rows<Fault>(list, [tenantId]);
}

export function findFault(sql: Sql, tenantId: string, name: string): Promise<Fault | undefined> {
  return sql.row<Fault>(find, [tenantId, name]);
}

export async function insertFault(sql: Sql, fault: Fault): Promise<void> {
  await sql.count(insert, columns.values(fault));
}

/** Removes it and what it remembers; false when there was none. */
export async function removeFault(sql: Sql, tenantId: string, name: string): Promise<boolean> {
  return (await sql.count(remove, [tenantId, name])) > 0;
}

/** Counts that the fault strikes at the registry; false when it has done so as often as it may, or is gone. */
export async function strike(
  sql: Sql,
  { tenantId, name, times }: Fault,
  registryKey: string,
  operationId: string | null,
): Promise<boolean> {
  return (await sql.count(hit, [tenantId, name, registryKey, operationId, times])) > 0;
}

/** On which registry, or below which, an operation works, and for how long by the clock of the database. */
export function workedOn(
  sql: Sql,
  operationId: string,
): Promise<{ readonly registryKey: string | null; readonly ageMs: number } | undefined> {
  return sql.row(worked, [operationId]);
}
