import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RateBuckets1700000111000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Of no worth after a minute, so that nothing of it need outlive a crash; an update stays on its page.
    await runner.query(`
      create unlogged table rate_buckets (
        registry_id uuid not null,
        kind text not null constraint rate_buckets_kind_known
          check (kind in ('reads', 'writes', 'logins', 'refusedLogins')),
        identity text not null,
        used double precision not null,
        granted double precision not null,
        counted_at timestamptz not null,
        constraint rate_buckets_pkey primary key (registry_id, kind, identity)
      ) with (fillfactor = 50);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
