import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Grants1700000092000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table refresh_tokens (
        token_hash bytea constraint refresh_tokens_pkey primary key,
        family uuid not null,
        object_id uuid not null constraint refresh_tokens_user_fkey references users (object_id) on delete cascade,
        client_id text not null,
        audience text not null,
        scopes text not null,
        generation integer not null,
        expires_at timestamptz not null,
        used_at timestamptz
      );
      create index refresh_tokens_family on refresh_tokens (family);
      create index refresh_tokens_user on refresh_tokens (object_id);
      create index refresh_tokens_expiry on refresh_tokens (expires_at);

      create table device_codes (
        code_hash bytea constraint device_codes_pkey primary key,
        user_code text not null constraint device_codes_user_code_unique unique,
        client_id text not null,
        audience text not null,
        scopes text not null,
        expires_at timestamptz not null,
        interval_seconds integer not null,
        polled_at timestamptz,
        object_id uuid constraint device_codes_user_fkey references users (object_id) on delete cascade
      );
      create index device_codes_expiry on device_codes (expires_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
