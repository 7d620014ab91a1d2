import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The same blob can be garbage in one engine of a registry and not be in another. What there is, is of the registry's own. */
export class GarbageOfReplicas1700000131000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table garbage_blobs add column instance_name text;
      update garbage_blobs g set instance_name = r.instance_name from registries r where r.id = g.registry_id;
      alter table garbage_blobs alter column instance_name set not null;
      alter table garbage_blobs drop constraint garbage_blobs_pkey;
      alter table garbage_blobs add constraint garbage_blobs_pkey primary key (registry_id, digest, instance_name);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
