import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The partitions of the weeks are made and dropped by the service; the default one takes what lies in none of them. */
export class ContentEvents1700000118000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create sequence content_events_sequence;
      create table content_events (
        id uuid not null,
        created_at timestamptz not null,
        sequence bigint not null default nextval('content_events_sequence'),
        registry_id uuid not null,
        action text not null,
        repository text not null,
        tag text,
        digest text not null,
        media_type text not null,
        artifact_type text,
        size_bytes bigint not null,
        instance_name text not null,
        actor text not null,
        request jsonb,
        constraint content_events_pkey primary key (id, created_at),
        constraint content_events_action_known check (action in ('push', 'delete', 'untag'))
      ) partition by range (created_at);
      create index content_events_by_registry on content_events (registry_id, sequence);
      create table content_events_default partition of content_events default;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
