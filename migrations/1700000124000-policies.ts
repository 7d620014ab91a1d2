import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Policies1700000124000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table tag_immutability_policies (
        registry_id uuid not null,
        rules jsonb not null,
        expression text not null,
        updated_at timestamptz not null,
        constraint tag_immutability_policies_pkey primary key (registry_id),
        constraint tag_immutability_policies_registry_fkey foreign key (registry_id)
          references registries (id) on delete cascade
      );
      create table lifecycle_policies (
        id uuid not null,
        is_enabled boolean not null,
        rules jsonb not null,
        created_at timestamptz not null,
        run_after timestamptz not null,
        ended_at timestamptz,
        tags_removed integer not null default 0,
        manifests_removed integer not null default 0,
        constraint lifecycle_policies_pkey primary key (id),
        constraint lifecycle_policies_registry_fkey foreign key (id) references registries (id) on delete cascade
      );
      create index lifecycle_policies_due on lifecycle_policies (run_after) where is_enabled;
      alter table manifests
        add column last_pulled_at timestamptz,
        add column quarantine_state text,
        add column quarantine_details text,
        add constraint manifests_quarantine_state_known
          check (quarantine_state in ('Quarantined', 'Passed', 'Failed'));
      create index manifests_quarantined on manifests (repository_id, digest)
        where quarantine_state in ('Quarantined', 'Failed');
      alter table content_events
        drop constraint content_events_action_known,
        add constraint content_events_action_known check (action in ('push', 'delete', 'untag', 'quarantine'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
