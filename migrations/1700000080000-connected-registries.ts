import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ConnectedRegistries1700000080000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table connected_registries (
        id uuid constraint connected_registries_pkey primary key,
        registry_id uuid not null
          constraint connected_registries_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        mode text not null,
        parent_key text,
        parent_name text,
        sync_token_key text not null,
        sync_token_name text not null,
        sync_schedule text,
        sync_window text,
        message_ttl text not null,
        client_token_names jsonb not null,
        log_level text not null,
        audit_log_status text not null,
        notifications_list jsonb not null,
        garbage_collection jsonb,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint connected_registries_key_unique unique (registry_id, key),
        constraint connected_registries_parent_fkey foreign key (registry_id, parent_key)
          references connected_registries (registry_id, key),
        constraint connected_registries_sync_token_fkey foreign key (registry_id, sync_token_key)
          references tokens (registry_id, key),
        constraint connected_registries_key_lower check (key = lower(key)),
        constraint connected_registries_parent_key_lower check (parent_key is not distinct from lower(parent_name)),
        constraint connected_registries_sync_token_key_lower check (sync_token_key = lower(sync_token_name)),
        constraint connected_registries_mode_known check (mode in ('ReadWrite', 'ReadOnly', 'Registry', 'Mirror')),
        constraint connected_registries_log_level_known check
          (log_level in ('Debug', 'Information', 'Warning', 'Error', 'None')),
        constraint connected_registries_audit_log_status_known check (audit_log_status in ('Enabled', 'Disabled')),
        constraint connected_registries_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
      create index connected_registries_parent_index on connected_registries (registry_id, parent_key);
      create index connected_registries_sync_token_index on connected_registries (registry_id, sync_token_key);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
