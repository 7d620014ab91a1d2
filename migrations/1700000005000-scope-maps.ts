import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ScopeMaps1700000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scope_maps (
        id uuid constraint scope_maps_pkey primary key,
        registry_id uuid not null constraint scope_maps_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        type text not null,
        description text,
        actions jsonb not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint scope_maps_key_unique unique (registry_id, key),
        constraint scope_maps_key_lower check (key = lower(key)),
        constraint scope_maps_type_known check (type in ('UserDefined', 'SystemDefined')),
        constraint scope_maps_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
    `);
    // Registries that are there already get what new ones are born with.
    await runner.query(`
      insert into scope_maps (id, registry_id, key, name, type, description, actions, provisioning_state, created_by,
                              created_by_type, created_at, last_modified_by, last_modified_by_type, last_modified_at)
      select gen_random_uuid(), r.id, m.name, m.name, 'SystemDefined', m.description, m.actions::jsonb, 'Succeeded',
             r.created_by, r.created_by_type, r.created_at, r.created_by, r.created_by_type, r.created_at
        from registries r cross join (values
          ('_repositories_pull', 'Can pull any repository of the registry',
           '["repositories/*/content/read"]'),
          ('_repositories_pull_metadata_read', 'Can pull any repository of the registry and read its metadata',
           '["repositories/*/content/read","repositories/*/metadata/read"]'),
          ('_repositories_push', 'Can push to any repository of the registry',
           '["repositories/*/content/read","repositories/*/content/write"]'),
          ('_repositories_push_metadata_write', 'Can push to any repository of the registry and write its metadata',
           '["repositories/*/content/read","repositories/*/content/write","repositories/*/metadata/read","repositories/*/metadata/write"]'),
          ('_repositories_admin', 'Can perform all read, write and delete operations on the registry',
           '["repositories/*/metadata/read","repositories/*/metadata/write","repositories/*/content/read","repositories/*/content/write","repositories/*/content/delete"]')
        ) as m (name, description, actions);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
