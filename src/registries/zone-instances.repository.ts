import type { Sql, Statement } from '../database/database.js';

const names: Statement = {
  name: 'zone_instances.names',
  text: `select instance_name as name from zone_copies where registry_id = $1 and replication_id is not distinct from $2`,
};

/** Instances of a registry, or of one of its replications, in further zones; they go with their owner's. */
export async function zoneInstancesOf(
  sql: Sql,
  registryId: string,
  replicationId: string | null = null,
): Promise<readonly string[]> {
  return (await sql.rows<{ name: string }>(names, [registryId, replicationId])).map(({ name }) => name);
}
