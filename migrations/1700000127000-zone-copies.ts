import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Registries and replications that are in zones already have their copies made by a sweep. A comparison is no longer one of
 * replications alone, and goes with whatever it compares.
 */
export class ZoneCopies1700000127000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table zone_copies (
        id uuid not null,
        registry_id uuid not null,
        replication_id uuid,
        instance_name text not null,
        made_at timestamptz,
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        constraint zone_copies_pkey primary key (id),
        constraint zone_copies_owner_unique unique nulls not distinct (registry_id, replication_id),
        constraint zone_copies_instance_unique unique (instance_name),
        constraint zone_copies_registry_fkey foreign key (registry_id) references registries (id) on delete cascade,
        constraint zone_copies_replication_fkey foreign key (replication_id) references replications (id) on delete cascade
      );
      create index zone_copies_due on zone_copies (run_after) where made_at is null;
      create index zone_copies_of_replication on zone_copies (replication_id);

      create view registry_copies as
        select p.id, p.registry_id, p.key as region, 1 as zone, p.instance_name,
               p.provisioning_state = 'Deleting' as is_going,
               p.region_endpoint_enabled and p.provisioning_state in ('Succeeded', 'Updating') as is_served
          from replications p
        union all
        select z.id, z.registry_id, coalesce(p.key, r.location), 2, z.instance_name,
               coalesce(p.provisioning_state, r.provisioning_state) = 'Deleting',
               z.made_at is not null
                 and (p.id is null or p.region_endpoint_enabled and p.provisioning_state in ('Succeeded', 'Updating'))
          from zone_copies z join registries r on r.id = z.registry_id left join replications p on p.id = z.replication_id;

      alter table replication_comparisons drop constraint replication_comparisons_replication_fkey;
      create function forget_comparison() returns trigger language plpgsql as $$
      begin
        delete from replication_comparisons where id = old.id;
        return null;
      end $$;
      create trigger replications_forget_comparison after delete on replications
        for each row execute function forget_comparison();
      create trigger zone_copies_forget_comparison after delete on zone_copies
        for each row execute function forget_comparison();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
