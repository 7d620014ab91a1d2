import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Garbage1700000113000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table garbage_blobs (
        registry_id uuid not null constraint garbage_blobs_registry_fkey references registries (id) on delete cascade,
        digest text collate "C" not null,
        size_bytes bigint not null,
        marked_at timestamptz not null,
        discarded_at timestamptz,
        moved_at timestamptz,
        destroyed_at timestamptz,
        constraint garbage_blobs_pkey primary key (registry_id, digest),
        constraint garbage_blobs_in_order check ((moved_at is null or discarded_at is not null)
          and (destroyed_at is null or moved_at is not null))
      );
      create table garbage_collections (
        id uuid constraint garbage_collections_pkey primary key
          constraint garbage_collections_registry_fkey references registries (id) on delete cascade,
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        ended_at timestamptz,
        blobs_removed int not null default 0,
        bytes_removed bigint not null default 0,
        blobs_waiting int not null default 0,
        has_garbage boolean not null default false,
        uploads_removed int not null default 0
      );
      create index garbage_collections_due on garbage_collections (run_after);

      create index manifests_of_digest on manifests (digest, repository_id);
      create index manifest_references_of_digest on manifest_references (digest, repository_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
