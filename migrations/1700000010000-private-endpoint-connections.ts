import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PrivateEndpointConnections1700000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table private_endpoint_connections (
        id uuid constraint private_endpoint_connections_pkey primary key,
        registry_id uuid not null
          constraint private_endpoint_connections_registry_fkey references registries (id) on delete cascade,
        key text not null,
        name text not null,
        private_endpoint_id text,
        status text not null,
        description text not null,
        actions_required text not null,
        provisioning_state text not null,
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint private_endpoint_connections_key_unique unique (registry_id, key),
        constraint private_endpoint_connections_key_lower check (key = lower(key)),
        constraint private_endpoint_connections_status_known check
          (status in ('Approved', 'Pending', 'Rejected', 'Disconnected')),
        constraint private_endpoint_connections_actions_required_known check (actions_required in ('None', 'Recreate')),
        constraint private_endpoint_connections_provisioning_state_known check
          (provisioning_state in ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'))
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
