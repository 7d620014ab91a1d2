import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WebhookSecrets1700000119500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Webhooks from before have none until theirs is asked for: only the service can seal one.
    await runner.query('alter table webhooks add column sealed_signature_secrets bytea;');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
