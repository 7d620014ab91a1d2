import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What may be done with it, as the data plane's clients switch it. */
const ATTRIBUTES = `
        delete_enabled boolean not null default true,
        write_enabled boolean not null default true,
        read_enabled boolean not null default true,
        list_enabled boolean not null default true`;

export class Content1700000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Names are ordered as the specification orders them, whatever language the database speaks.
    await runner.query(`
      create table registry_contents (
        registry_id uuid constraint registry_contents_pkey primary key
          constraint registry_contents_registry_fkey references registries (id) on delete cascade,
        is_indexed boolean not null,
        has_locks boolean not null default false
      );
      create table repositories (
        id uuid constraint repositories_pkey primary key,
        registry_id uuid not null constraint repositories_registry_fkey references registries (id) on delete cascade,
        name text collate "C" not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,${ATTRIBUTES},
        constraint repositories_name_unique unique (registry_id, name)
      );
      create table manifests (
        repository_id uuid not null constraint manifests_repository_fkey references repositories (id) on delete cascade,
        digest text collate "C" not null,
        media_type text not null,
        artifact_type text,
        config_digest text,
        config_media_type text,
        os text,
        architecture text,
        annotations jsonb,
        subject text,
        size_bytes bigint not null,
        image_size_bytes bigint not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,${ATTRIBUTES},
        constraint manifests_pkey primary key (repository_id, digest)
      );
      create index manifests_by_subject on manifests (repository_id, subject, digest) where subject is not null;
      create index manifests_by_time on manifests (repository_id, updated_at, digest);
      create table manifest_references (
        repository_id uuid not null,
        manifest_digest text collate "C" not null,
        digest text not null,
        kind text not null constraint manifest_references_kind_known check (kind in ('blobs', 'manifests')),
        media_type text not null,
        size_bytes bigint not null,
        os text,
        architecture text,
        position int not null,
        constraint manifest_references_pkey primary key (repository_id, manifest_digest, digest),
        constraint manifest_references_manifest_fkey foreign key (repository_id, manifest_digest)
          references manifests (repository_id, digest) on delete cascade
      );
      create index manifest_references_by_digest on manifest_references (repository_id, digest);
      create table image_tags (
        repository_id uuid not null,
        name text collate "C" not null,
        digest text collate "C" not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,${ATTRIBUTES},
        constraint image_tags_pkey primary key (repository_id, name),
        constraint image_tags_manifest_fkey foreign key (repository_id, digest)
          references manifests (repository_id, digest) on delete cascade
      );
      create index image_tags_by_digest on image_tags (repository_id, digest, name);
      create index image_tags_by_time on image_tags (repository_id, updated_at, name);

      insert into registry_contents (registry_id, is_indexed)
        select r.id, not exists (select 1 from stored_blobs b where b.registry_id = r.id) from registries r;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
