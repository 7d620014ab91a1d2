import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CacheFills1700000123000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table credential_sets add column refusals jsonb not null default '[]';
      alter table credential_sets alter column refusals drop default;
      create table cache_fills (
        registry_id uuid not null constraint cache_fills_registry_fkey references registries (id) on delete cascade,
        repository text collate "C" not null,
        reference text collate "C" not null,
        digest text collate "C",
        ask_again_at timestamptz,
        lease_token uuid,
        lease_until timestamptz,
        constraint cache_fills_pkey primary key (registry_id, repository, reference)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
