import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Replications1700000006100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table replications (
        id uuid constraint replications_pkey primary key,
        registry_id uuid not null constraint replications_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        location text not null,
        tags jsonb not null default '{}',
        region_endpoint_enabled boolean not null,
        zone_redundancy text not null,
        instance_name text not null,
        display_status text,
        status_message text,
        status_changed_at timestamptz not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint replications_key_unique unique (registry_id, key),
        constraint replications_key_is_location check (key = location),
        constraint replications_zone_redundancy_known check (zone_redundancy in ('Enabled', 'Disabled')),
        constraint replications_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
