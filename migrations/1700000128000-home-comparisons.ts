import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A registry's own instance can be compared too, where it has copies to be repaired from. */
export class HomeComparisons1700000128000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create trigger registries_forget_comparison after delete on registries
        for each row execute function forget_comparison();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
