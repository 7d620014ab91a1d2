import type { Sql, Statement } from '../database/database.js';
import type { ProviderRegistration } from './provider-registration.entity.js';

const listStatement: Statement = {
  name: 'provider_registrations.list',
  text: `select namespace, state from provider_registrations where subscription_id = $1`,
};
const saveStatement: Statement = {
  name: 'provider_registrations.save',
  text: `insert into provider_registrations (subscription_id, namespace, state) values ($1, $2, $3)
         on conflict (subscription_id, namespace) do update set state = excluded.state`,
};
const forgetStatement: Statement = {
  name: 'provider_registrations.forget',
  text: `delete from provider_registrations where subscription_id = $1`,
};

/** The state of each namespace that the subscription has ever been registered for. */
export async function registrationsOf(
  sql: Sql,
  subscriptionId: string,
): Promise<ReadonlyMap<string, ProviderRegistration['state']>> {
  const rows = await sql.rows<ProviderRegistration>(listStatement, [subscriptionId]);
  return new Map(rows.map(({ namespace, state }) => [namespace, state]));
}

export async function saveRegistration(
  sql: Sql,
  { subscriptionId, namespace, state }: ProviderRegistration,
): Promise<void> {
  await sql.count(saveStatement, [subscriptionId, namespace, state]);
}

export async function forgetRegistrations(sql: Sql, subscriptionId: string): Promise<void> {
  await sql.count(forgetStatement, [subscriptionId]);
}
