import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ClaimedTags1700000137000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table image_tags add column claimed_at timestamptz`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
