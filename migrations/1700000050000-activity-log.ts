import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The partitions of the weeks are made and dropped by the service; the default one takes what lies in none of them. */
export class ActivityLog1700000050000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table activity_log (
        id uuid not null,
        subscription_id uuid not null,
        event_timestamp timestamptz not null,
        tenant_id uuid not null,
        resource_key text not null,
        group_key text,
        provider_key text not null,
        correlation_id text not null,
        operation_id uuid not null,
        status text not null,
        caller text not null,
        detail jsonb not null,
        constraint activity_log_pkey primary key (subscription_id, event_timestamp, id),
        constraint activity_log_status_known check (status in ('Accepted', 'Succeeded', 'Failed', 'Canceled'))
      ) partition by range (event_timestamp);
      create index activity_log_by_resource on activity_log (subscription_id, resource_key, event_timestamp, id);
      create table activity_log_default partition of activity_log default;

      create table activity_log_operations (
        operation_id uuid constraint activity_log_operations_pkey primary key,
        subscription_id uuid not null,
        tenant_id uuid not null,
        resource_key text not null,
        group_key text,
        provider_key text not null,
        correlation_id text not null,
        caller text not null,
        detail jsonb not null
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
