import type { Sql, Statement, Tx } from '../database/database.js';

const isOwing: Statement = {
  name: 'region_ports.is_owing',
  text: `select exists (select from replications p
                         where p.provisioning_state <> 'Deleting'
                           and not exists (select from login_ports l
                                            where l.registry_id = p.registry_id and l.region = p.key))
             or exists (select from login_ports l
                         where l.registry_id is not null and l.region is not null
                           and not exists (select from replications p
                                            where p.registry_id = l.registry_id and p.key = l.region
                                              and p.provisioning_state <> 'Deleting')) as "isOwing"`,
};
/** Of several edges one goes first, and the others find nothing left to do. */
const takeTurns: Statement = {
  name: 'region_ports.take_turns',
  text: `select pg_advisory_xact_lock(hashtext('berth-region-ports'))`,
};
const release: Statement = {
  name: 'region_ports.release',
  text: `update login_ports l set registry_id = null, listening = false
          where l.registry_id is not null and l.region is not null
            and not exists (select from replications p
                             where p.registry_id = l.registry_id and p.key = l.region
                               and p.provisioning_state <> 'Deleting')`,
};
/** From the upper end, so that registries, which need theirs, come upon them last. */
const take: Statement = {
  name: 'region_ports.take',
  text: `with wanted as (
           select p.registry_id, p.key as region, row_number() over (order by p.created_at, p.id) as n
             from replications p
            where p.provisioning_state <> 'Deleting'
              and not exists (select from login_ports l where l.registry_id = p.registry_id and l.region = p.key)
         ), free as (
           select f.port, row_number() over (order by f.port desc) as n
             from (select port from login_ports
                    where registry_id is null and not blocked and port between $1 and $2
                    order by port desc limit (select count(*) from wanted) for update skip locked) f
         )
         update login_ports l set registry_id = w.registry_id, region = w.region, listening = false
           from wanted w join free f using (n) where l.port = f.port`,
};

const regions: Statement = {
  name: 'region_ports.of_registry',
  text: `select r.location as region, true as "isHome", true as "isServed", l.port
           from registries r left join login_ports l on l.registry_id = r.id and l.region is null where r.id = $1
         union all
         select p.key, false, p.region_endpoint_enabled and p.provisioning_state in ('Succeeded', 'Updating'), l.port
           from replications p left join login_ports l on l.registry_id = p.registry_id and l.region = p.key
          where p.registry_id = $1 and p.provisioning_state <> 'Deleting'
          order by "isHome" desc, region`,
};

/** A region of a registry, and its port. */
export interface RegionPort {
  readonly region: string;
  readonly isHome: boolean;
  readonly isServed: boolean;
  /** Null while it has none. */
  readonly port: number | null;
}

/** Home first. */
export function regionsOf(sql: Sql, registryId: string): Promise<RegionPort[]> {
  return sql.rows<RegionPort>(regions, [registryId]);
}

/** Gives each replica a port while there are free ones, and takes back those of replicas that are gone or going. */
export async function assignRegionPorts(tx: Tx, from: number, to: number): Promise<void> {
  await tx.rows(takeTurns);
  await tx.count(release);
  await tx.count(take, [from, to]);
}

/** Whether `assignRegionPorts` has anything to do. */
export async function areRegionPortsOwing(sql: Sql): Promise<boolean> {
  return (await sql.row<{ isOwing: boolean }>(isOwing))?.isOwing ?? false;
}
