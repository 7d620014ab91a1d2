import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Imports1700000122000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table operations add column percent_complete integer;
      create table image_imports (
        id uuid constraint image_imports_pkey primary key,
        registry_id uuid not null constraint image_imports_registry references registries (id) on delete cascade,
        source_registry_id uuid,
        source_host text,
        source_repository text not null,
        source_reference text not null,
        username text,
        sealed_password bytea,
        targets jsonb not null,
        is_forced boolean not null,
        actor text not null,
        digest text,
        constraint image_imports_one_source check ((source_registry_id is null) <> (source_host is null))
      );
      create index image_imports_by_registry on image_imports (registry_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
