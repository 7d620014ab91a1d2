import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Operations1700000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table operations (
        id uuid constraint operations_pkey primary key,
        subscription_id uuid not null,
        tenant_id uuid not null,
        resource_type text not null,
        record_id uuid not null,
        kind text not null,
        status text not null default 'Accepted',
        error jsonb,
        correlation_id text not null,
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        created_at timestamptz not null default now(),
        ended_at timestamptz,
        constraint operations_status_known check (status in ('Accepted', 'Running', 'Succeeded', 'Failed', 'Canceled')),
        constraint operations_ended_iff_terminal check ((ended_at is null) = (status in ('Accepted', 'Running')))
      );
      create unique index operations_one_active_per_record on operations (record_id) where ended_at is null;
      create index operations_due on operations (run_after) where ended_at is null;
      create index operations_ended on operations (ended_at) where ended_at is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
