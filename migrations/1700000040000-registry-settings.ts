import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RegistrySettings1700000040000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table registries
        add column principal_id uuid,
        add column tenant_id uuid,
        add column metadata_search text not null default 'Disabled',
        add column retention_updated_at timestamptz,
        add column soft_delete_updated_at timestamptz,
        add column replica_locations jsonb not null default '[]'
    `);
    await runner.query(`
      update registries r
         set replica_locations = (select jsonb_agg(p.location order by p.location)
                                    from replications p
                                   where p.registry_id = r.id and p.provisioning_state <> 'Deleting')
       where exists (select 1 from replications p where p.registry_id = r.id and p.provisioning_state <> 'Deleting')
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
