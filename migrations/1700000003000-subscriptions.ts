import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Subscriptions1700000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table tenants (
        id uuid constraint tenants_pkey primary key,
        display_name text not null
      );

      create table subscriptions (
        id uuid constraint subscriptions_pkey primary key,
        tenant_id uuid not null constraint subscriptions_tenant_fkey references tenants (id),
        display_name text not null,
        state text not null default 'Registered',
        created_at timestamptz not null default now(),
        constraint subscriptions_state_known
          check (state in ('Registered', 'Warned', 'Suspended', 'Unregistered', 'Deleted'))
      );
      create index subscriptions_by_tenant on subscriptions (tenant_id, id);

      create table resource_groups (
        id uuid constraint resource_groups_pkey primary key,
        subscription_id uuid not null constraint resource_groups_subscription_fkey references subscriptions (id),
        key text not null,
        name text not null,
        location text not null,
        tags jsonb not null default '{}',
        managed_by text,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint resource_groups_key_unique unique (subscription_id, key),
        constraint resource_groups_key_lower check (key = lower(key)),
        constraint resource_groups_provisioning_state_known check (provisioning_state in ('Succeeded', 'Deleting'))
      );

      create table provider_registrations (
        subscription_id uuid not null
          constraint provider_registrations_subscription_fkey references subscriptions (id),
        namespace text not null,
        state text not null,
        constraint provider_registrations_pkey primary key (subscription_id, namespace),
        constraint provider_registrations_state_known check (state in ('Registered', 'Unregistered'))
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
