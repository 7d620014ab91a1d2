import { columnsOf } from '../database/columns.js';
import { SECOND_ZONE } from '../data-plane/instance-name.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { leasesOf, type Claim } from '../work/leases.repository.js';
import { ZoneCopy } from './zone-copy.entity.js';

/** Channel on which a copy that is to be made is announced when its transaction commits. */
export const ZONES_CHANNEL = 'berth_zone_copies';

export type ClaimedZoneCopy = ZoneCopy & Claim;

export const zoneLeases = leasesOf<ClaimedZoneCopy>({
  table: 'zone_copies',
  open: 'made_at is null',
  // Why it failed last is told until it succeeds.
  onClaim: 'waiting_because = waiting_because',
  columns: columnsOf(ZoneCopy).select(),
});

/** The name is never reused, and fits into what names may be long. */
const owe: Statement = {
  name: 'zone_copies.owe',
  text: `with owners as (
           select id as registry_id, null::uuid as replication_id, key, location as region from registries
            where zone_redundancy = 'Enabled' and provisioning_state <> 'Deleting'
           union all
           select p.registry_id, p.id, r.key, p.key from replications p join registries r on r.id = p.registry_id
            where p.zone_redundancy = 'Enabled' and p.provisioning_state <> 'Deleting'),
         written as (
           insert into zone_copies (id, registry_id, replication_id, instance_name)
             select gen_random_uuid(), o.registry_id, o.replication_id,
                    left(o.key, 24) || '-' || left(o.region, 16) || '-'
                      || left(replace(gen_random_uuid()::text, '-', ''), 12) || '${SECOND_ZONE}'
               from owners o
              where ($1::uuid is null or o.registry_id = $1)
                and not exists (select from zone_copies z where z.registry_id = o.registry_id
                                   and z.replication_id is not distinct from o.replication_id)
           on conflict do nothing
           returning id)
         select pg_notify('${ZONES_CHANNEL}', id::text) from written`,
};
const ofRegistry: Statement = {
  name: 'zone_copies.of_registry',
  text: `select c.id, c.instance_name as "instanceName", c.region, c.zone, z.made_at is not null as "isMade",
                nullif(z.waiting_because, '') as because
           from registry_copies c join zone_copies z on z.id = c.id
          where c.registry_id = $1 and not c.is_going order by c.region, c.zone`,
};
const isGoing: Statement = {
  name: 'zone_copies.is_going',
  text: 'select is_going as "isGoing" from registry_copies where id = $1',
};
const hurry: Statement = {
  name: 'zone_copies.hurry',
  text: `with written as (update zone_copies set run_after = now(), attempts = 0
                           where id = $1 and made_at is null and run_after > now() returning id)
         select pg_notify('${ZONES_CHANNEL}', id::text) from written`,
};
const made: Statement = {
  name: 'zone_copies.made',
  text: `update zone_copies set made_at = now(), lease_token = null, lease_until = null, attempts = 0, waiting_because = null
          where id = $1 and lease_token = $2`,
};
const instanceNames: Statement = {
  name: 'zone_copies.instance_names',
  text: 'select instance_name as name, made_at is not null as "isMade" from zone_copies',
};
const lost: Statement = {
  name: 'zone_copies.lost',
  text: `with written as (
           update zone_copies z set made_at = null, run_after = now(), attempts = 0
            where z.made_at is not null and z.instance_name = any ($1)
              and exists (select from registry_copies c where c.id = z.id and not c.is_going)
           returning id)
         select pg_notify('${ZONES_CHANNEL}', id::text) from written`,
};

/** What a registry, or one of its replications, has in a second zone. */
export interface Zone {
  readonly id: string;
  readonly instanceName: string;
  readonly region: string;
  readonly zone: number;
  readonly isMade: boolean;
  /** Why it is not. */
  readonly because: string | null;
}

export function zonesOf(sql: Sql, registryId: string): Promise<Zone[]> {
  return sql.rows<Zone>(ofRegistry, [registryId]);
}

/** Writes down the copies that are to be and are not yet: of one registry and its replications, or of all. */
export async function oweZoneCopies(sql: Sql, registryId: string | null): Promise<number> {
  return (await sql.rows(owe, [registryId])).length;
}

/** Also once its owner is gone. */
export async function isZoneGoing(sql: Sql, { id }: ClaimedZoneCopy): Promise<boolean> {
  return (await sql.row<{ isGoing: boolean }>(isGoing, [id]))?.isGoing ?? true;
}

/** What waits to be made after failures is tried again at once. */
export async function hurryZone(sql: Sql, id: string): Promise<void> {
  await sql.count(hurry, [id]);
}

/** False when the claim was lost. */
export async function zoneMade(tx: Tx, { id, leaseToken }: Claim): Promise<boolean> {
  return (await tx.count(made, [id, leaseToken])) === 1;
}

/** Of all registries. */
export function zoneInstances(sql: Sql): Promise<{ readonly name: string; readonly isMade: boolean }[]> {
  return sql.rows(instanceNames);
}

/** Those of these that are not going are to be made again. */
export async function zonesLost(sql: Sql, instances: readonly string[]): Promise<number> {
  return (await sql.rows(lost, [instances])).length;
}
