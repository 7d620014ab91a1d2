import type { Sql, Statement, Tx } from '../database/database.js';
import type { Registry } from './registry.entity.js';

export type Endpoint = Pick<
  Registry,
  | 'id'
  | 'key'
  | 'name'
  | 'subscriptionId'
  | 'groupName'
  | 'location'
  | 'sku'
  | 'provisioningState'
  | 'instanceName'
  | 'adminUserEnabled'
  | 'anonymousPullEnabled'
  | 'roleAssignmentMode'
  | 'dataEndpointEnabled'
  | 'replicaLocations'
  | 'publicNetworkAccess'
  | 'networkRuleSet'
> & {
  readonly loginPort: number | null;
  readonly replicas: readonly Replica[];
  /** Whether any of the private endpoints by which the client comes has an approved connection. */
  readonly isReachedPrivately: boolean;
} & ContentFlags;

/** A registry in another region, or in another zone of a region. */
export interface Replica {
  readonly region: string;
  readonly zone: number;
  readonly instanceName: string;
  /** Whether it has been made, and its region has not been switched off. */
  readonly isServed: boolean;
  /** Whether it is being deleted, and may still have what no other has. */
  readonly isGoing: boolean;
}

/** What the login servers need to know of a registry's content as a whole. */
export interface ContentFlags {
  /** Whether all that the engine has is in the index; until then the engine itself is asked. */
  readonly isContentIndexed: boolean;
  /** Whether anything in it was ever kept from being deleted, written or read. */
  readonly hasContentLocks: boolean;
  /** Whether engines may have manifests that are not to be seen, or will once something is deleted. */
  readonly hasHidden: boolean;
  /** Whether what is pushed is kept from pullers until it is released. */
  readonly hasQuarantine: boolean;
  /** Whether signed metadata of its repositories is served and taken. */
  readonly hasTrust: boolean;
  /** Whether anything in it may be removed as garbage soon: what is asked for is then to be kept. */
  readonly hasGarbage: boolean;
  /** Whether any of its repositories follows one of another registry. */
  readonly hasCacheRules: boolean;
  /** Whether its manifests can be searched. */
  readonly hasSearch: boolean;
}

export interface PortToServe {
  readonly port: number;
  readonly key: string;
  /** Of whose replica it is; null for the registry's own. */
  readonly region: string | null;
  /** Whether some edge has said that it listens there. */
  readonly listening: boolean;
}

/** Channel on which the lower-case name of a registry is announced whenever its row changes. */
export const REGISTRIES_CHANNEL = 'berth_registries';

const byKey: Statement = {
  name: 'login_servers.by_key',
  text: `select r.id, r.key, r.name, r.subscription_id as "subscriptionId", r.location, r.sku,
                r.group_name as "groupName", r.role_assignment_mode as "roleAssignmentMode",
                r.provisioning_state as "provisioningState", r.instance_name as "instanceName",
                r.admin_user_enabled as "adminUserEnabled", r.anonymous_pull_enabled as "anonymousPullEnabled",
                r.data_endpoint_enabled as "dataEndpointEnabled", r.replica_locations as "replicaLocations",
                r.public_network_access as "publicNetworkAccess", r.network_rule_set as "networkRuleSet",
                cardinality($2::text[]) > 0 and exists (
                  select 1 from private_endpoint_connections e
                   where e.registry_id = r.id and e.status = 'Approved'
                     and lower(e.private_endpoint_id) = any ($2)) as "isReachedPrivately",
                l.port as "loginPort", coalesce(c.is_indexed, false) as "isContentIndexed",
                coalesce(c.has_locks, false) as "hasContentLocks",
                coalesce(c.has_hidden or r.policies -> 'softDeletePolicy' ->> 'status' = 'enabled', false) as "hasHidden",
                coalesce(r.policies->'quarantinePolicy'->>'status' = 'enabled', false) as "hasQuarantine",
                coalesce(r.policies->'trustPolicy'->>'status' = 'enabled', false) as "hasTrust",
                coalesce(g.has_garbage, false) as "hasGarbage",
                exists (select 1 from cache_rules u where u.registry_id = r.id) as "hasCacheRules",
                r.metadata_search = 'Enabled' as "hasSearch",
                case when r.zone_redundancy = 'Disabled'
                          and not exists (select 1 from replications p where p.registry_id = r.id) then '[]'
                     else (select coalesce(jsonb_agg(jsonb_build_object(
                                    'region', p.region, 'zone', p.zone, 'instanceName', p.instance_name,
                                    'isServed', p.is_served, 'isGoing', p.is_going)
                                    order by p.region = r.location desc, p.region, p.zone), '[]')
                             from registry_copies p
                            where p.registry_id = r.id) end as replicas
           from registries r left join login_ports l on l.registry_id = r.id and l.region is null
                             left join registry_contents c on c.registry_id = r.id
                             left join garbage_collections g on g.id = r.id
          where r.key = $1 and r.provisioning_state <> 'Deleting'`,
};
const ports: Statement = {
  name: 'login_servers.ports',
  text: `select l.port, r.key, l.region, l.listening from login_ports l join registries r on r.id = l.registry_id
          where r.provisioning_state <> 'Deleting'`,
};
const reserve: Statement = {
  name: 'login_servers.reserve',
  text: `insert into login_ports (port) select generate_series($1::int, $2::int) on conflict do nothing`,
};
const unblock: Statement = {
  name: 'login_servers.unblock',
  text: 'update login_ports set blocked = false where blocked',
};
const listening: Statement = {
  name: 'login_servers.listening',
  text: 'update login_ports set listening = true, blocked = false where port = $1 and not listening',
};
const isListening: Statement = {
  name: 'login_servers.is_listening',
  text: 'select coalesce(bool_and(listening), true) as listening from login_ports where registry_id = $1 and region is null',
};
const block: Statement = { name: 'login_servers.block', text: 'update login_ports set blocked = true where port = $1' };
const leave: Statement = {
  name: 'login_servers.leave',
  text: `update login_ports l set registry_id = null from registries r
          where l.port = $1 and r.id = l.registry_id and r.provisioning_state = 'Creating' and not l.listening
            and l.region is null
          returning r.id, r.key`,
};
const leaveRegion: Statement = {
  name: 'login_servers.leave_region',
  text: `update login_ports l set registry_id = null from registries r
          where l.port = $1 and r.id = l.registry_id and not l.listening and l.region is not null
          returning r.id, r.key`,
};
const move: Statement = {
  name: 'login_servers.move',
  text: `update login_ports set registry_id = $1, region = null, listening = false
          where port = (select port from login_ports
                         where registry_id is null and not blocked and port between $2 and $3
                         order by port for update skip locked limit 1)`,
};
const announce: Statement = { name: 'login_servers.announce', text: `select pg_notify('${REGISTRIES_CHANNEL}', $1)` };

/** @param privateEndpoints by which the client comes: their resource ids, in lower case. */
export function endpointByKey(
  sql: Sql,
  key: string,
  privateEndpoints: readonly string[],
): Promise<Endpoint | undefined> {
  return sql.row<Endpoint>(byKey, [key, privateEndpoints]);
}

export function portsToServe(sql: Sql): Promise<PortToServe[]> {
  return sql.rows<PortToServe>(ports);
}

/** Also gives ports that were blocked another chance. */
export async function reservePorts(sql: Sql, from: number, to: number): Promise<void> {
  await sql.count(reserve, [from, to]);
  await sql.count(unblock);
}

export async function markListening(sql: Sql, port: number): Promise<void> {
  await sql.count(listening, [port]);
}

/** Whether an edge listens for the registry; true as well when it has no port of its own. */
export async function isListeningFor(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ listening: boolean }>(isListening, [registryId]))?.listening ?? true;
}

export async function blockPort(tx: Tx, port: number, from: number, to: number): Promise<void> {
  await tx.count(block, [port]);
  const registry = await tx.row<{ id: string; key: string }>(leave, [port]);
  if (registry) await tx.count(move, [registry.id, from, to]);
  const left = registry ?? (await tx.row<{ key: string }>(leaveRegion, [port]));
  if (left) await tx.count(announce, [left.key]);
}
