import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RegionEndpoints1700000121000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table login_ports add column region text;
      drop index login_ports_registry_unique;
      create unique index login_ports_registry_unique on login_ports (registry_id) where region is null;
      create unique index login_ports_region_unique on login_ports (registry_id, region) where region is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
