import type { MigrationInterface, QueryRunner } from 'typeorm';

export class HiddenContent1700000118100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table registry_contents add column has_hidden boolean not null default false`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
