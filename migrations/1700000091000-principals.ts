import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Principals1700000091000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table service_principals add column is_enabled boolean not null default true;

      create table service_principal_certificates (
        id uuid constraint service_principal_certificates_pkey primary key,
        app_id uuid not null constraint service_principal_certificates_principal
          references service_principals (app_id) on delete cascade,
        certificate bytea not null,
        thumbprint text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index service_principal_certificates_app on service_principal_certificates (app_id);

      create table users (
        object_id uuid constraint users_pkey primary key,
        tenant_id uuid not null,
        user_name text not null constraint users_name_unique unique,
        display_name text not null,
        is_enabled boolean not null default true,
        salt bytea not null,
        hash bytea not null,
        password_expires_at timestamptz,
        created_at timestamptz not null default now()
      );

      create table revocations (
        object_id uuid constraint revocations_pkey primary key,
        generation integer not null,
        is_refused boolean not null,
        changed_at timestamptz not null
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
