import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tokens1700000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table tokens (
        id uuid constraint tokens_pkey primary key,
        registry_id uuid not null constraint tokens_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        scope_map_key text not null,
        scope_map_name text not null,
        status text not null,
        passwords jsonb not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint tokens_scope_map_fkey foreign key (registry_id, scope_map_key)
          references scope_maps (registry_id, key),
        constraint tokens_key_unique unique (registry_id, key),
        constraint tokens_key_lower check (key = lower(key)),
        constraint tokens_scope_map_key_lower check (scope_map_key = lower(scope_map_name)),
        constraint tokens_status_known check (status in ('enabled', 'disabled')),
        constraint tokens_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
      create index tokens_scope_map_index on tokens (registry_id, scope_map_key);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
