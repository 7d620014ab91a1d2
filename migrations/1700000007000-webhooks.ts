import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Webhooks1700000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhooks (
        id uuid constraint webhooks_pkey primary key,
        registry_id uuid not null constraint webhooks_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        location text not null,
        tags jsonb not null default '{}',
        status text not null,
        scope text not null,
        actions jsonb not null,
        sealed_callback bytea not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint webhooks_key_unique unique (registry_id, key),
        constraint webhooks_key_lower check (key = lower(key)),
        constraint webhooks_status_known check (status in ('enabled', 'disabled')),
        constraint webhooks_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
    `);
    await runner.query(`
      create table webhook_events (
        id uuid constraint webhook_events_pkey primary key,
        webhook_id uuid not null constraint webhook_events_webhook_fkey references webhooks (id) on delete cascade,
        action text not null,
        content json not null,
        request jsonb,
        response jsonb,
        status text not null default 'Pending',
        created_at timestamptz not null,
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        ended_at timestamptz,
        constraint webhook_events_status_known check (status in ('Pending', 'Delivered', 'Failed')),
        constraint webhook_events_ended_iff_terminal check ((ended_at is null) = (status = 'Pending'))
      );
      create index webhook_events_by_webhook on webhook_events (webhook_id, created_at, id);
      create index webhook_events_due on webhook_events (run_after) where ended_at is null;
      create index webhook_events_by_age on webhook_events (created_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
