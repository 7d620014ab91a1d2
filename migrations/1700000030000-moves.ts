import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Moves1700000030000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table moves (
        id uuid constraint moves_pkey primary key,
        source text not null,
        target text not null,
        resources jsonb not null,
        caller jsonb not null,
        is_rehearsal boolean not null
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
