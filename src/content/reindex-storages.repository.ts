import type { Sql, Statement } from '../database/database.js';

/** What is on its way there need not have come. */
const holds: Statement = {
  name: 'reindex_storages.holds',
  text: `select 1 from manifests m join repositories r on r.id = m.repository_id
          where r.registry_id = $1
            and not exists (select 1 from replication_transfers t
                             where t.instance_name = $2 and t.repository = r.name and t.reference = m.digest)
          limit 1`,
};

/** Whether the index says that the instance has something. */
export async function isToHold(sql: Sql, registryId: string, instanceName: string): Promise<boolean> {
  return (await sql.row(holds, [registryId, instanceName])) !== undefined;
}
