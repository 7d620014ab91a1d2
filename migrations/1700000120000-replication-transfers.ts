import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Replications from before held nothing: they are compared as soon as a worker comes to it. */
export class ReplicationTransfers1700000120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table replication_transfers (
        id uuid not null,
        registry_id uuid not null,
        instance_name text not null,
        source_instance text,
        repository text collate "C" not null,
        reference text collate "C" not null,
        version int not null default 1,
        since timestamptz not null default now(),
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        constraint replication_transfers_pkey primary key (id),
        constraint replication_transfers_unique unique (instance_name, repository, reference)
      );
      create index replication_transfers_due on replication_transfers (run_after);

      create table replication_comparisons (
        id uuid not null,
        run_after timestamptz not null default now(),
        lease_until timestamptz,
        lease_token uuid,
        attempts int not null default 0,
        waiting_because text,
        asked_at timestamptz not null default now(),
        begun_at timestamptz,
        waits_for text,
        phase text not null default 'manifests',
        repository text collate "C" not null default '',
        reference text collate "C" not null default '',
        found int not null default 0,
        ended_at timestamptz,
        found_last int not null default 0,
        manifests_copied bigint not null default 0,
        bytes_copied bigint not null default 0,
        constraint replication_comparisons_pkey primary key (id),
        constraint replication_comparisons_replication_fkey foreign key (id)
          references replications (id) on delete cascade,
        constraint replication_comparisons_phase_known check (phase in ('manifests', 'tags', 'surplus'))
      );
      create index replication_comparisons_due on replication_comparisons (run_after);
      insert into replication_comparisons (id) select id from replications where provisioning_state <> 'Deleting';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
