import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Reindex1700000114000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Lists do not even pass over what is not listed.
    await runner.query(`
      alter table registry_contents add column reindexed_to text;
      create index repositories_listed on repositories (registry_id, name) where list_enabled;
      create index image_tags_listed on image_tags (repository_id, name) where list_enabled;
      drop index image_tags_by_time;
      create index image_tags_by_time on image_tags (repository_id, updated_at, name) where list_enabled;
      drop index manifests_by_time;
      create index manifests_by_time on manifests (repository_id, updated_at, digest) where list_enabled;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
