import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts the rows of `table` that meet `counted`, and keeps counting them with each statement that adds or removes some. */
function counting(kind: string, table: string, counted: string): string {
  return `
    insert into child_counts (registry_id, kind, n)
      select registry_id, '${kind}', count(*) from ${table} where ${counted} group by registry_id;
    create function count_${table}() returns trigger language plpgsql as $count$
    begin
      if tg_op = 'INSERT' then
        insert into child_counts (registry_id, kind, n)
          select registry_id, '${kind}', count(*) from touched where ${counted} group by registry_id
          on conflict on constraint child_counts_pkey do update set n = child_counts.n + excluded.n;
      else
        update child_counts c set n = c.n - t.n
          from (select registry_id, count(*) as n from touched where ${counted} group by registry_id) t
         where c.registry_id = t.registry_id and c.kind = '${kind}';
      end if;
      return null;
    end $count$;
    create trigger ${table}_count_added after insert on ${table}
      referencing new table as touched for each statement execute function count_${table}();
    create trigger ${table}_count_removed after delete on ${table}
      referencing old table as touched for each statement execute function count_${table}();
  `;
}

export class ChildCounts1700000070000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table child_counts (
        registry_id uuid not null
          constraint child_counts_registry_fkey references registries (id) on delete cascade,
        kind text not null,
        n int not null,
        constraint child_counts_pkey primary key (registry_id, kind),
        constraint child_counts_n_counts check (n >= 0)
      );
      ${counting('tokens', 'tokens', 'true')}
      ${counting('scopeMaps', 'scope_maps', `type = 'UserDefined'`)}
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
