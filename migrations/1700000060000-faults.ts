import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Faults1700000060000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table faults (
        tenant_id uuid not null,
        name text not null,
        registries text not null,
        effect text not null,
        seconds int,
        times int,
        status int,
        rate double precision,
        constraint faults_pkey primary key (tenant_id, name),
        constraint faults_effect_known check (effect in ('slow', 'fail', 'hang', 'answer')),
        constraint faults_slow_has_seconds check ((effect = 'slow') = (seconds is not null)),
        constraint faults_answer_has_status check ((effect = 'answer') = (status is not null))
      );
      create table fault_hits (
        tenant_id uuid not null,
        fault text not null,
        registry_key text not null,
        hits int not null,
        last_operation uuid,
        constraint fault_hits_pkey primary key (tenant_id, fault, registry_key),
        constraint fault_hits_fault_fkey foreign key (tenant_id, fault) references faults (tenant_id, name)
          on delete cascade
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
