import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The partitions of the weeks are made and dropped by the service; the default one takes what lies in none of them. */
export class WebhookDeliveries1700000119000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create temporary table webhook_events_before on commit drop as select * from webhook_events;
      drop table webhook_events;
      create table webhook_events (
        id uuid not null,
        created_at timestamptz not null,
        webhook_id uuid not null,
        lane text not null,
        sequence bigint not null default nextval('content_events_sequence'),
        event_id uuid,
        action text not null,
        status text not null default 'Pending',
        attempts int not null default 0,
        opened_at timestamptz not null default now(),
        request jsonb,
        response jsonb,
        waiting_because text,
        ended_at timestamptz,
        constraint webhook_events_pkey primary key (id, created_at),
        constraint webhook_events_status_known check (status in ('Pending', 'Delivered', 'Failed')),
        constraint webhook_events_ended_iff_terminal check ((ended_at is null) = (status = 'Pending'))
      ) partition by range (created_at);
      create index webhook_events_by_webhook on webhook_events (webhook_id, created_at, id);
      create index webhook_events_open on webhook_events (webhook_id, lane, sequence) where ended_at is null;
      create table webhook_events_default partition of webhook_events default;

      create table webhook_lanes (
        webhook_id uuid not null,
        lane text not null,
        version bigint not null default 1,
        due_at timestamptz not null default now(),
        lease_token uuid,
        waiting int not null,
        waiting_since timestamptz not null default now(),
        constraint webhook_lanes_pkey primary key (webhook_id, lane)
      );
      create index webhook_lanes_due on webhook_lanes (due_at);

      create table webhook_leftovers (
        webhook_id uuid constraint webhook_leftovers_pkey primary key
      );
      create function leave_webhook_events() returns trigger language plpgsql as $$
        begin
          -- What is more than a request should wait for is left to a sweep.
          delete from webhook_events d
           using (select id, created_at from webhook_events where webhook_id = old.id limit 1000) gone
           where d.id = gone.id and d.created_at = gone.created_at;
          insert into webhook_leftovers (webhook_id) values (old.id) on conflict do nothing;
          return null;
        end
      $$;
      create trigger webhooks_leave_events after delete on webhooks
        for each row execute function leave_webhook_events();
    `);
    // What there was were pings, each of which waits for no other.
    await runner.query(`
      insert into webhook_events (id, created_at, webhook_id, lane, action, status, attempts, opened_at, request,
                                  response, waiting_because, ended_at)
        select id, created_at, webhook_id, 'ping ' || id, action, status, attempts, created_at, request, response,
               waiting_because, ended_at
          from webhook_events_before order by created_at, id;
      insert into webhook_lanes (webhook_id, lane, waiting, waiting_since)
        select webhook_id, lane, 1, created_at from webhook_events where ended_at is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only; restore a backup to go back.');
  }
}
