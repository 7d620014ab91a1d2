import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tags1700000021000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table subscriptions add column tags jsonb not null default '{}';

      create table predefined_tags (
        subscription_id uuid not null constraint predefined_tags_subscription_fkey references subscriptions (id),
        key text not null,
        value text not null,
        name text not null,
        constraint predefined_tags_pkey primary key (subscription_id, key, value),
        constraint predefined_tags_key_lower check (key = lower(key))
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
