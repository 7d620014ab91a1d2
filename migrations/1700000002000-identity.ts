import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Identity1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table signing_keys (
        kid text constraint signing_keys_pkey primary key,
        use text not null,
        algorithm text not null,
        private_key bytea not null,
        created_at timestamptz not null default now(),
        retired_at timestamptz,
        constraint signing_keys_use_known check (use in ('arm', 'registry')),
        constraint signing_keys_algorithm_known check (algorithm in ('RS256', 'ES256'))
      );
      create unique index signing_keys_one_current_per_use on signing_keys (use) where retired_at is null;

      create table service_principals (
        app_id uuid constraint service_principals_pkey primary key,
        object_id uuid not null constraint service_principals_object_id_unique unique,
        tenant_id uuid not null,
        display_name text not null,
        created_at timestamptz not null default now()
      );
      create index service_principals_tenant on service_principals (tenant_id);

      create table service_principal_secrets (
        id uuid constraint service_principal_secrets_pkey primary key,
        app_id uuid not null constraint service_principal_secrets_principal
          references service_principals (app_id) on delete cascade,
        salt bytea not null,
        hash bytea not null,
        hint text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz
      );
      create index service_principal_secrets_app on service_principal_secrets (app_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
