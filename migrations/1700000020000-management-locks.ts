import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ManagementLocks1700000020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table management_locks (
        id uuid constraint management_locks_pkey primary key,
        subscription_id uuid not null constraint management_locks_subscription_fkey references subscriptions (id),
        group_id uuid constraint management_locks_group_fkey references resource_groups (id) on delete cascade,
        scope_key text not null,
        scope text not null,
        key text not null,
        name text not null,
        level text not null,
        notes text,
        owners jsonb not null default '[]',
        created_by text not null,
        created_by_type text not null,
        created_at timestamptz not null,
        last_modified_by text not null,
        last_modified_by_type text not null,
        last_modified_at timestamptz not null,
        constraint management_locks_key_unique unique (subscription_id, scope_key, key),
        constraint management_locks_key_lower check (key = lower(key)),
        constraint management_locks_scope_key_lower check (scope_key = lower(scope_key)),
        constraint management_locks_level_known check (level in ('CanNotDelete', 'ReadOnly'))
      );
      create index management_locks_by_group on management_locks (group_id);

      -- Which locks hold a write back: those of some levels at the keys, and all below one key unless that is null. Who asks
      -- keeps new locks from coming until its transaction ends. A function, since each statement of a volatile one sees
      -- what was committed while the one before it waited; within one statement the wait would come after the look.
      create function locks_in_the_way(subscription uuid, keys text[], levels text[], below text) returns text[]
        language plpgsql volatile as $function$
        begin
          perform pg_advisory_xact_lock_shared(hashtextextended('management_locks ' || subscription, 0));
          if below is null then
            return (select array_agg(distinct l.scope) from management_locks l
                     where l.subscription_id = subscription and l.scope_key = any(keys) and l.level = any(levels));
          end if;
          return (select array_agg(distinct l.scope) from management_locks l
                   where l.subscription_id = subscription and l.level = any(levels)
                     and (l.scope_key = any(keys) or starts_with(l.scope_key, below || '/')));
        end $function$;

      -- Waits for all who asked, and lets nobody ask until the transaction ends.
      create function hold_locks(subscription uuid) returns void
        language sql volatile as $function$
          select pg_advisory_xact_lock(hashtextextended('management_locks ' || subscription, 0));
        $function$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
