import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CacheRules1700000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credential_sets (
        id uuid constraint credential_sets_pkey primary key,
        registry_id uuid not null constraint credential_sets_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        login_server text not null,
        auth_credentials jsonb not null,
        identity_type text,
        principal_id uuid not null,
        tenant_id uuid not null,
        user_assigned_identities jsonb not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint credential_sets_key_unique unique (registry_id, key),
        constraint credential_sets_key_lower check (key = lower(key)),
        constraint credential_sets_identity_type_known check
          (identity_type in ('SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None')),
        constraint credential_sets_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
    `);
    // No action, not restrict: both go in one statement with their registry.
    await runner.query(`
      create table cache_rules (
        id uuid constraint cache_rules_pkey primary key,
        registry_id uuid not null constraint cache_rules_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        source_repository text not null,
        target_repository text not null,
        credential_set_name text,
        credential_set_key text,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint cache_rules_registry_credential_set_key_fkey foreign key (registry_id, credential_set_key)
          references credential_sets (registry_id, key) on delete no action,
        constraint cache_rules_key_unique unique (registry_id, key),
        constraint cache_rules_target_unique unique (registry_id, target_repository),
        constraint cache_rules_key_lower check (key = lower(key)),
        constraint cache_rules_credential_set_key_lower check (credential_set_key = lower(credential_set_name)),
        constraint cache_rules_credential_set_named check
          ((credential_set_key is null) = (credential_set_name is null)),
        constraint cache_rules_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
      create index cache_rules_by_credential_set on cache_rules (registry_id, credential_set_key);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
