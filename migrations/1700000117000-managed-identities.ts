import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ManagedIdentities1700000117000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table managed_identities (
        app_id uuid constraint managed_identities_pkey primary key
          constraint managed_identities_principal references service_principals (app_id) on delete cascade,
        resource_id text,
        header_hash bytea not null constraint managed_identities_header_unique unique
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
