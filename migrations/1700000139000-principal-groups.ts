import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PrincipalGroups1700000139000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table principal_groups (
        object_id uuid constraint principal_groups_pkey primary key,
        tenant_id uuid not null,
        display_name text not null,
        created_at timestamptz not null default now()
      );

      create table principal_group_members (
        group_id uuid not null
          constraint principal_group_members_group references principal_groups (object_id) on delete cascade,
        member_id uuid not null,
        user_id uuid constraint principal_group_members_user references users (object_id) on delete cascade,
        service_principal_id uuid constraint principal_group_members_service_principal
          references service_principals (object_id) on delete cascade,
        added_at timestamptz not null,
        constraint principal_group_members_pkey primary key (group_id, member_id),
        constraint principal_group_members_one_kind check (num_nonnulls(user_id, service_principal_id) = 1),
        constraint principal_group_members_is_that check (member_id = coalesce(user_id, service_principal_id))
      );
      create index principal_group_members_by_member on principal_group_members (member_id);
      create index principal_group_members_by_user on principal_group_members (user_id);
      create index principal_group_members_by_service_principal on principal_group_members (service_principal_id);
    `);
    // What members may do by the group's roles begins and ends with them, in all processes.
    await runner.query(`
      create trigger principal_group_members_tell_of_rights
        after insert or update or delete on principal_group_members
        for each row execute function tell_of_rights();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
