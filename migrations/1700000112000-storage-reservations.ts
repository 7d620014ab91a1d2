import type { MigrationInterface, QueryRunner } from 'typeorm';

export class StorageReservations1700000112000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table storage_reservations (
        registry_id uuid not null
          constraint storage_reservations_registry_fkey references registries (id) on delete cascade,
        holder text not null,
        digest text not null,
        bytes bigint not null,
        expires_at timestamptz not null,
        constraint storage_reservations_pkey primary key (registry_id, holder, digest),
        constraint storage_reservations_bytes_known check (bytes >= 0)
      );
      create index storage_reservations_by_end on storage_reservations (expires_at);

      -- What others than the bringer (empty for nobody) are bringing into a registry. Everybody's copy of one blob counts once, and not at all
      -- when that is stored already. An empty digest is not known yet.
      create function reserved_bytes(registry uuid, bringer text) returns bigint
        language sql volatile as $function$
          select coalesce(sum(each.bytes), 0)::bigint
            from (select max(r.bytes) as bytes from storage_reservations r
                   where r.registry_id = registry and r.holder <> bringer and r.expires_at > clock_timestamp()
                     and not exists (select from stored_blobs b where b.registry_id = registry
                                        and b.digest = r.digest and b.size_bytes = r.bytes)
                   group by r.digest, case when r.digest = '' then r.holder end) each;
        $function$;

      -- Sets room aside for what a bringer brings, or answers without a grant when it does not fit. Of what has no digest the
      -- sizes come on top of what arrived before; null means what is remembered of that. Each statement of a volatile
      -- function sees what was committed while the one before it waited, so the sums are those of the moment.
      create function reserve_storage(registry uuid, bringer text, digests text[], sizes bigint[], arrived bigint,
                                      spare bigint, at_most bigint, lasting interval)
        returns table (used bigint, needed bigint, begun bigint, granted bigint)
        language plpgsql volatile as $function$
        begin
          perform from stored_bytes s where s.registry_id = registry for update;
          if not found then
            insert into stored_bytes (registry_id, bytes) values (registry, 0) on conflict do nothing;
            perform from stored_bytes s where s.registry_id = registry for update;
          end if;
          used := reserved_bytes(registry, bringer)
                  + (select s.bytes from stored_bytes s where s.registry_id = registry);
          begun := coalesce(arrived, (select r.bytes from storage_reservations r where r.registry_id = registry
                                         and r.holder = bringer and r.digest = ''), 0);
          needed := (select coalesce(sum(case
                              when m.digest = '' then begun + m.bytes
                              else greatest(0, m.bytes - coalesce(
                                     (select max(r.bytes) from storage_reservations r
                                       where r.registry_id = registry and r.holder <> bringer and r.digest = m.digest
                                         and r.expires_at > clock_timestamp()), 0)) end), 0)
                       from unnest(digests, sizes) m (digest, bytes)
                      where not exists (select from stored_blobs b where b.registry_id = registry
                                           and b.digest = m.digest and b.size_bytes = m.bytes));
          if used + needed <= at_most then
            granted := least(spare, (at_most - used - needed) / 1024);
            insert into storage_reservations as r (registry_id, holder, digest, bytes, expires_at)
              select registry, bringer, m.digest,
                     m.bytes + case when m.digest = '' then begun + granted else 0 end, clock_timestamp() + lasting
                from unnest(digests, sizes) m (digest, bytes) order by m.digest
            on conflict (registry_id, holder, digest)
              do update set bytes = excluded.bytes, expires_at = excluded.expires_at;
          end if;
          return next;
        end $function$;

      -- Counts what the registry did not store yet, in place of what its bringer had set aside. Without room that was set
      -- aside, or after that had expired, it is refused when it does not fit.
      create function store_blobs(registry uuid, bringer text, digests text[], sizes bigint[], at_most bigint)
        returns void language plpgsql volatile as $function$
        declare
          added bigint;
          held bigint;
          stored bigint;
        begin
          with fresh as (
            insert into stored_blobs as b (registry_id, digest, size_bytes)
              select registry, m.digest, m.bytes from unnest(digests, sizes) m (digest, bytes) order by m.digest
            on conflict do nothing returning b.size_bytes)
          select coalesce(sum(f.size_bytes), 0) into added from fresh f;
          if added > 0 then
            insert into stored_bytes as s (registry_id, bytes) values (registry, added)
            on conflict (registry_id) do update set bytes = s.bytes + excluded.bytes
            returning s.bytes into stored;
          end if;
          with ended as (
            delete from storage_reservations r where r.registry_id = registry and r.holder = bringer
            returning r.bytes, r.expires_at)
          select coalesce(sum(e.bytes) filter (where e.expires_at > clock_timestamp()), 0) into held from ended e;
          if added > held and stored + reserved_bytes(registry, bringer) > at_most then
            raise exception using errcode = 'BS001', message = 'There is no room for what was pushed.',
              detail = jsonb_build_object('usedBytes', stored - added + reserved_bytes(registry, bringer),
                                          'neededBytes', added)::text;
          end if;
        end $function$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
