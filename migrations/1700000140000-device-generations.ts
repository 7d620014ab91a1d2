import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeviceGenerations1700000140000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whoever signed in before has to do so again: it is not known with which password it was.
    await runner.query(`
      delete from device_codes where object_id is not null;
      alter table device_codes add column generation integer not null default 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
