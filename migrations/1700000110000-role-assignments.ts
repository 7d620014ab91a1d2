import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What lies below a registry, with the name of its type in ids. */
const CHILDREN = {
  scope_maps: 'scopeMaps',
  tokens: 'tokens',
  replications: 'replications',
  webhooks: 'webhooks',
  cache_rules: 'cacheRules',
  credential_sets: 'credentialSets',
  private_endpoint_connections: 'privateEndpointConnections',
  connected_registries: 'connectedRegistries',
};

const REGISTRY_KEY = (row: string) =>
  `'/subscriptions/' || ${row}.subscription_id || '/resourcegroups/' || ${row}.group_key ||
   '/providers/microsoft.containerregistry/registries/' || ${row}.key`;

export class RoleAssignments1700000110000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table role_definitions (
        id uuid constraint role_definitions_pkey primary key,
        tenant_id uuid not null,
        name text not null,
        name_key text not null,
        description text not null,
        permissions jsonb not null,
        assignable_scopes jsonb not null,
        created_by text not null,
        created_at timestamptz not null,
        updated_by text not null,
        updated_at timestamptz not null,
        constraint role_definitions_name_unique unique (tenant_id, name_key),
        constraint role_definitions_name_key_lower check (name_key = lower(name_key))
      );

      create table role_assignments (
        id uuid constraint role_assignments_pkey primary key,
        tenant_id uuid not null,
        subscription_id uuid
          constraint role_assignments_subscription_fkey references subscriptions (id) on delete cascade,
        group_id uuid constraint role_assignments_group_fkey references resource_groups (id) on delete cascade,
        scope_key text not null,
        scope text not null,
        name uuid not null,
        role_id uuid not null,
        principal_id text not null,
        principal_type text not null,
        is_local boolean not null,
        description text,
        condition text,
        condition_version text,
        created_by text not null,
        created_at timestamptz not null,
        updated_by text not null,
        updated_at timestamptz not null,
        constraint role_assignments_name_unique unique (tenant_id, name),
        constraint role_assignments_once unique (tenant_id, principal_id, is_local, scope_key, role_id),
        constraint role_assignments_scope_key_lower check (scope_key = lower(scope_key)),
        constraint role_assignments_condition_version check ((condition is null) = (condition_version is null))
      );
      create index role_assignments_by_scope on role_assignments (subscription_id, scope_key);
      create index role_assignments_by_group on role_assignments (group_id);
      create index role_assignments_by_role on role_assignments (role_id);
    `);
    // Whoever writes them: processes keep who may what, until they hear of a change.
    await runner.query(`
      create function tell_of_rights() returns trigger language plpgsql as $$
      begin
        perform pg_notify('berth_rights', '');
        return null;
      end $$;
      create trigger role_assignments_tell after insert or update or delete on role_assignments
        for each row execute function tell_of_rights();
      create trigger role_definitions_tell after insert or update or delete on role_definitions
        for each row execute function tell_of_rights();
      create trigger service_principals_tell_of_rights
        after insert or delete or update of app_id, object_id, tenant_id, is_operator, is_enabled on service_principals
        for each row execute function tell_of_rights();
    `);
    // Nothing is left for who comes next under the same id; a move leaves behind what was assigned at the old one.
    await runner.query(`
      create function forget_rights_in_registry() returns trigger language plpgsql as $$
      declare
        gone text := ${REGISTRY_KEY('old')};
      begin
        delete from role_assignments a
         where a.subscription_id = old.subscription_id
           and (a.scope_key = gone or starts_with(a.scope_key, gone || '/'));
        return null;
      end $$;
      create trigger registries_forget_rights after delete on registries
        for each row execute function forget_rights_in_registry();
      create trigger registries_leave_rights after update of subscription_id, group_key on registries
        for each row when (old.subscription_id <> new.subscription_id or old.group_key <> new.group_key)
        execute function forget_rights_in_registry();

      create function forget_rights_in_subscription() returns trigger language plpgsql as $$
      begin
        delete from role_assignments where subscription_id = old.id;
        return null;
      end $$;
      create trigger subscriptions_forget_rights after update of state on subscriptions
        for each row when (new.state = 'Deleted' and old.state <> 'Deleted')
        execute function forget_rights_in_subscription();

      create function forget_rights_in_child() returns trigger language plpgsql as $$
      begin
        delete from role_assignments a
          using gone c join registries r on r.id = c.registry_id
         where a.subscription_id = r.subscription_id
           and a.scope_key = lower(${REGISTRY_KEY('r')} || '/' || tg_argv[0] || '/' || c.key);
        return null;
      end $$;
    `);
    for (const [table, type] of Object.entries(CHILDREN))
      await runner.query(`
        create trigger ${table}_forget_rights after delete on ${table}
          referencing old table as gone for each statement execute function forget_rights_in_child('${type}')
      `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
