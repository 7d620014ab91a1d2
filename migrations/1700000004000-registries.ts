import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Registries1700000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table registries (
        id uuid constraint registries_pkey primary key,
        subscription_id uuid not null,
        group_key text not null,
        group_name text not null,
        key text not null,
        name text not null,
        location text not null,
        tags jsonb not null default '{}',
        sku text not null,
        identity jsonb,
        admin_user_enabled boolean not null,
        anonymous_pull_enabled boolean not null,
        data_endpoint_enabled boolean not null,
        public_network_access text not null,
        network_rule_set jsonb not null,
        network_rule_bypass_options text not null,
        network_rule_bypass_allowed_for_tasks boolean not null,
        zone_redundancy text not null,
        role_assignment_mode text not null,
        policies jsonb not null,
        encryption jsonb not null,
        provisioning_state text not null,
        instance_name text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint registries_key_unique unique (key),
        constraint registries_key_lower check (key = lower(key)),
        constraint registries_group_key_lower check (group_key = lower(group_key)),
        constraint registries_sku_known check (sku in ('Basic', 'Standard', 'Premium')),
        constraint registries_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
      create index registries_by_subscription on registries (subscription_id, key);
      create index registries_by_group on registries (subscription_id, group_key, key);

      create table login_ports (
        port int constraint login_ports_pkey primary key,
        registry_id uuid constraint login_ports_registry_fkey references registries (id) on delete set null,
        blocked boolean not null default false,
        listening boolean not null default false
      );
      create index login_ports_free on login_ports (port) where registry_id is null and not blocked;
      create unique index login_ports_registry_unique on login_ports (registry_id);

      create table admin_passwords (
        registry_id uuid not null constraint admin_passwords_registry_fkey references registries (id) on delete cascade,
        name text not null,
        sealed bytea not null,
        version int not null default 1,
        constraint admin_passwords_pkey primary key (registry_id, name),
        constraint admin_passwords_name_known check (name in ('password', 'password2'))
      );

      create table stored_blobs (
        registry_id uuid not null constraint stored_blobs_registry_fkey references registries (id) on delete cascade,
        digest text not null,
        size_bytes bigint not null,
        constraint stored_blobs_pkey primary key (registry_id, digest)
      );
      create table stored_bytes (
        registry_id uuid constraint stored_bytes_pkey primary key
          constraint stored_bytes_registry_fkey references registries (id) on delete cascade,
        bytes bigint not null
      );
    `);
    // Every writer tells the edges, whoever it is: what an edge serves follows from these rows.
    await runner.query(`
      create function tell_edges() returns trigger language plpgsql as $$
      begin
        perform pg_notify('berth_registries', coalesce(new.key, old.key));
        return null;
      end $$;
      create trigger registries_tell_edges after insert or update or delete on registries
        for each row execute function tell_edges();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
