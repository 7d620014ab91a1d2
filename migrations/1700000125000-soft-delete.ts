import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of what is deleted, `record` is the row as it was, so that restoring it brings back all of it. */
export class SoftDelete1700000125000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create sequence deleted_tags_sequence;
      create table deleted_manifests (
        registry_id uuid not null constraint deleted_manifests_registry_fkey references registries (id) on delete cascade,
        repository text collate "C" not null,
        digest text collate "C" not null,
        record jsonb not null,
        deleted_at timestamptz not null,
        deleted_by text not null,
        is_final boolean not null,
        purge_begun_at timestamptz,
        purged_at timestamptz,
        constraint deleted_manifests_pkey primary key (registry_id, repository, digest),
        constraint deleted_manifests_in_order check (purged_at is null or purge_begun_at is not null)
      );
      create index deleted_manifests_of_digest on deleted_manifests (digest, registry_id);
      create index deleted_manifests_by_time on deleted_manifests (registry_id, deleted_at) where purged_at is null;
      create index deleted_manifests_final on deleted_manifests (registry_id) where is_final and purged_at is null;
      create index deleted_manifests_purged on deleted_manifests (purged_at) where purged_at is not null;
      create table deleted_references (
        registry_id uuid not null,
        repository text collate "C" not null,
        manifest_digest text collate "C" not null,
        digest text not null,
        record jsonb not null,
        constraint deleted_references_pkey primary key (registry_id, repository, manifest_digest, digest),
        constraint deleted_references_manifest_fkey foreign key (registry_id, repository, manifest_digest)
          references deleted_manifests (registry_id, repository, digest) on delete cascade
      );
      create index deleted_references_of_digest on deleted_references (digest, registry_id);
      create table deleted_tags (
        registry_id uuid not null constraint deleted_tags_registry_fkey references registries (id) on delete cascade,
        repository text collate "C" not null,
        name text collate "C" not null,
        digest text collate "C" not null,
        sequence bigint not null default nextval('deleted_tags_sequence'),
        record jsonb not null,
        deleted_at timestamptz not null,
        deleted_by text not null,
        constraint deleted_tags_pkey primary key (registry_id, repository, name, digest)
      );
      create index deleted_tags_in_order on deleted_tags (registry_id, repository, sequence);
      create index deleted_tags_by_time on deleted_tags (registry_id, deleted_at);
      create index registry_contents_hidden on registry_contents (registry_id) where has_hidden;

      alter table manifests add column untagged_at timestamptz;
      create index manifests_untagged on manifests (repository_id, untagged_at) where untagged_at is not null;
      alter table registries add column retention_enabled_at timestamptz;
      update registries set retention_enabled_at = coalesce(retention_updated_at, created_at)
       where policies -> 'retentionPolicy' ->> 'status' = 'enabled';
      create index registries_with_retention on registries (id) where retention_enabled_at is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
