import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContentTrust1700000126000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table trust_collections (
        registry_id uuid not null,
        repository text collate "C" not null,
        updated_at timestamptz not null,
        constraint trust_collections_pkey primary key (registry_id, repository),
        constraint trust_collections_registry_fkey foreign key (registry_id)
          references registries (id) on delete cascade
      );
      create table trust_files (
        registry_id uuid not null,
        repository text collate "C" not null,
        role text collate "C" not null,
        version integer not null,
        sha256 text collate "C" not null,
        content bytea not null,
        created_at timestamptz not null,
        constraint trust_files_pkey primary key (registry_id, repository, role, version),
        constraint trust_files_collection_fkey foreign key (registry_id, repository)
          references trust_collections (registry_id, repository) on delete cascade
      );
      create table trust_keys (
        registry_id uuid not null,
        repository text collate "C" not null,
        id text collate "C" not null,
        role text not null,
        public_key text not null,
        sealed bytea not null,
        created_at timestamptz not null,
        constraint trust_keys_pkey primary key (registry_id, repository, id),
        constraint trust_keys_collection_fkey foreign key (registry_id, repository)
          references trust_collections (registry_id, repository) on delete cascade,
        constraint trust_keys_role_known check (role in ('snapshot', 'timestamp'))
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
