import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Operators1700000031000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table service_principals add column is_operator boolean not null default false;
      -- Up to now the owner of the installation was the only one that was made.
      update service_principals set is_operator = true where display_name = 'Owner';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
