import type { Client } from 'pg';
import type { Statement } from '../src/database/database.js';
import { DIGITS, GROUP_DIGITS } from './load/load.js';

/** Registries in one group: the numbers that share their leading digits. */
const PER_GROUP = 10 ** (DIGITS - GROUP_DIGITS);

/** The trigger would announce each row of a million. It is for the servers that answer, and there are none yet. */
const silent: Statement = { name: 'bench.silent', text: 'set session_replication_role = replica' };
const groups: Statement = {
  name: 'bench.groups',
  text: `insert into resource_groups
           (id, subscription_id, key, name, location, provisioning_state, created_by, created_by_type, created_at,
            last_modified_by, last_modified_by_type, last_modified_at)
         select gen_random_uuid(), $1, key, key, 'westeurope', 'Succeeded', 'bench', 'Application', now(),
                'bench', 'Application', now()
           from (select 'g' || lpad(number::text, ${GROUP_DIGITS}, '0') as key from generate_series(0, $2::int - 1) number) g`,
};
const registries: Statement = {
  name: 'bench.registries',
  text: `insert into registries
           (id, subscription_id, group_key, group_name, key, name, location, tags, sku, admin_user_enabled,
            anonymous_pull_enabled, data_endpoint_enabled, public_network_access, network_rule_set,
            network_rule_bypass_options, network_rule_bypass_allowed_for_tasks, zone_redundancy, role_assignment_mode,
            policies, encryption, provisioning_state, instance_name, created_by, created_by_type, created_at,
            last_modified_by, last_modified_by_type, last_modified_at)
         select gen_random_uuid(), $1, 'g' || left(n, ${GROUP_DIGITS}), 'g' || left(n, ${GROUP_DIGITS}), 'bench' || n,
                'bench' || n, 'westeurope', jsonb_build_object('team', 'platform', 'number', n), 'Premium', true, false,
                false, 'Enabled', '{"defaultAction": "Allow", "ipRules": []}', 'AzureServices', false, 'Disabled',
                'LegacyRegistryPermissions',
                '{"quarantinePolicy": {"status": "disabled"}, "trustPolicy": {"type": "Notary", "status": "disabled"},
                  "retentionPolicy": {"days": 7, "status": "disabled"}, "exportPolicy": {"status": "enabled"},
                  "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
                  "softDeletePolicy": {"retentionDays": 7, "status": "disabled"}}',
                '{"status": "disabled"}', 'Succeeded', 'bench' || n || '-0123456789ab', 'bench', 'Application', now(),
                'bench', 'Application', now()
           from (select lpad(number::text, ${DIGITS}, '0') as n from generate_series(0, $2::int - 1) number) numbers`,
};
const webhooks: Statement = {
  name: 'bench.webhooks',
  text: `insert into webhooks
           (id, registry_id, key, name, location, tags, status, scope, actions, sealed_callback, provisioning_state,
            created_by, created_by_type, created_at, last_modified_by, last_modified_by_type, last_modified_at)
         select gen_random_uuid(), r.id, hook, hook, w.location, w.tags, w.status, w.scope, w.actions, w.sealed_callback,
                w.provisioning_state, w.created_by, w.created_by_type, w.created_at, w.last_modified_by,
                w.last_modified_by_type, w.last_modified_at
           from webhooks w, registries r,
                (select 'hook' || lpad(number::text, 3, '0') as hook from generate_series(0, $1::int - 1) number) hooks
          where r.key < 'bench' || lpad($2, ${DIGITS}, '0')`,
};
const repositories: Statement = {
  name: 'bench.repositories',
  text: `insert into repositories (id, registry_id, name, created_at, updated_at)
         select gen_random_uuid(), r.id, 'team/r' || lpad(number::text, ${DIGITS}, '0'), now(), now()
           from registries r, generate_series(0, $2::int - 1) number where r.key = $1`,
};
const registryId: Statement = { name: 'bench.registry_id', text: 'select id from registries where key = $1' };
const enqueue: Statement = {
  name: 'bench.enqueue',
  text: `insert into operations (id, subscription_id, tenant_id, resource_type, record_id, kind, correlation_id)
         values ($1, gen_random_uuid(), gen_random_uuid(), $2, gen_random_uuid(), 'Create', 'bench')`,
};
const wake: Statement = { name: 'bench.wake', text: `select pg_notify('berth_operations', $1)` };

/** Fills a new database with registries `bench0000000` and up, and with groups for them and for those still to come. */
export async function fill(client: Client, subscriptionId: string, count: number): Promise<void> {
  await client.query(silent.text);
  await client.query({ ...groups, values: [subscriptionId, Math.max(PER_GROUP, count / PER_GROUP)] });
  await client.query({ ...registries, values: [subscriptionId, count] });
  await client.query('vacuum analyze');
  await client.query('checkpoint');
}

/** Gives the first `below` registries as many webhooks each, all like the one that is there. */
export async function fillWebhooks(client: Client, below: number, each: number): Promise<void> {
  await client.query({ ...webhooks, values: [each, String(below)] });
  await client.query('vacuum analyze webhooks');
}

/** Gives a registry repositories `team/r0000000` and up, without anything in them. Answers its id. */
export async function fillRepositories(client: Client, key: string, count: number): Promise<string> {
  await client.query({ ...repositories, values: [key, count] });
  await client.query('vacuum analyze repositories');
  const { rows } = await client.query<{ id: string }>({ ...registryId, values: [key] });
  return rows[0]?.id ?? '';
}

/** The service's own id of a registry of the table. */
export async function registryIdOf(client: Client, number: number): Promise<string> {
  const key = `bench${String(number).padStart(DIGITS, '0')}`;
  const { rows } = await client.query<{ id: string }>({ ...registryId, values: [key] });
  if (!rows[0]) throw new Error(`There is no registry ${key}.`);
  return rows[0].id;
}

/** Enqueues an operation as the service does. Answers the moment at which the commit was sent. */
export async function enqueueOperation(client: Client, id: string, type: string): Promise<number> {
  await client.query('begin');
  await client.query({ ...enqueue, values: [id, type] });
  await client.query({ ...wake, values: [id] });
  const committedAt = performance.now();
  await client.query('commit');
  return committedAt;
}
