import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Reindex1700000114000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The second index of each list: what is not listed is not even passed over.
    await runner.query(`
      alter table registry_contents add column reindexed_to text;
      create index repositories_listed on repositories (registry_id, name) where list_enabled;
      create index image_tags_listed on image_tags (repository_id, name) where list_enabled;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
