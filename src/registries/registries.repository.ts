import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { Page } from '../arm/paging.js';
import type { Scope } from '../arm/resource-catalogue.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Store } from '../arm/resource-type.js';
import { isUuid } from '../arm/uuid.js';
import { Config } from '../config/config.js';
import { AdminCredentials } from '../credentials/admin-credentials.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import { loginServerOf } from './login-server.js';
import { NewRegistries } from './new-registries.js';
import { SkuCounts } from './sku-counts.js';
import { Registry } from './registry.entity.js';
import { usageOfSettings, type RegistryContext } from './registry.type.js';

const columns = columnsOf(Registry);
const connections = `(select json_agg(json_build_object('name', c.name, 'privateEndpointId', c.private_endpoint_id,
                              'status', c.status, 'description', c.description, 'actionsRequired', c.actions_required,
                              'provisioningState', c.provisioning_state) order by c.key)
                        from private_endpoint_connections c where c.registry_id = r.id)`;
const selected = `select ${columns.select('r')}, l.port as "loginPort", ${connections} as "privateEndpointConnections"
                    from registries r left join login_ports l on l.registry_id = r.id and l.region is null`;
const named = 'where r.subscription_id = $1 and r.group_key = $2 and r.key = $3';

const found = `${selected} join subscriptions s on s.id = r.subscription_id ${named} and s.tenant_id = $4 and s.state <> 'Deleted'`;

const find: Statement = { name: 'registries.find', text: found };
const lock: Statement = { name: 'registries.lock', text: `${found} for update of r` };
const byId: Statement = { name: 'registries.by_id', text: `${selected} where r.id = $1` };
/** Judged once for the whole page, since no row has a part in it. */
const ofTenant = (tenantId: string) =>
  `(${tenantId}::uuid is null or exists
     (select from subscriptions s where s.id = $1 and s.tenant_id = ${tenantId} and s.state <> 'Deleted'))`;
const inGroup: Statement = {
  name: 'registries.in_group',
  text: `${selected} where r.subscription_id = $1 and r.group_key = $2 and r.key > $3 and ${ofTenant('$5')}
          order by r.key limit $4`,
};
const inSubscription: Statement = {
  name: 'registries.in_subscription',
  text: `${selected} where r.subscription_id = $1 and r.key > $2 and ${ofTenant('$4')} order by r.key limit $3`,
};
const lockGroup: Statement = {
  name: 'registries.lock_group',
  text: `${selected} where r.subscription_id = $1 and r.group_key = $2 order by r.key for update of r`,
};
const nameTaken: Statement = {
  name: 'registries.name_taken',
  text: 'select 1 from registries where key = $1',
};
const nameTakenElsewhere: Statement = {
  name: 'registries.name_taken_elsewhere',
  text: 'select 1 from registries where key = $1 and (subscription_id, group_key) <> ($2, $3)',
};
const insert: Statement = { name: 'registries.insert', text: `insert into registries ${columns.insert}` };
const update: Statement = {
  name: 'registries.update',
  text: `update registries set ${columns.assignments} where id = $1`,
};
const settle: Statement = {
  name: 'registries.settle',
  text: `update registries set provisioning_state = $2 where id = $1 and provisioning_state = any($3)`,
};
const remove: Statement = { name: 'registries.remove', text: 'delete from registries where id = $1' };
const instanceNames: Statement = {
  name: 'registries.instance_names',
  text: 'select instance_name as name from registries',
};
const takePort: Statement = {
  name: 'registries.take_port',
  text: `update login_ports set registry_id = $1, region = null, listening = false
          where port = (select port from login_ports
                         where registry_id is null and not blocked and port between $2 and $3
                         order by port for update skip locked limit 1)
          returning port`,
};

type Row = Registry & { loginPort: number | null };

/** Every query about registries. A customer's queries name the subscription first. */
@Injectable()
export class RegistriesRepository implements Store<Registry, RegistryContext> {
  constructor(
    private readonly config: Config,
    private readonly credentials: AdminCredentials,
    private readonly usage: Usage,
    private readonly counts: SkuCounts,
    private readonly newRegistries: NewRegistries,
  ) {}

  async find(sql: Sql, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return this.named(sql, find, id, tenantId);
  }

  async lock(tx: Tx, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return this.named(tx, lock, id, tenantId);
  }

  async byId(sql: Sql, id: string): Promise<Registry | undefined> {
    return this.recordOf(await sql.row<Row>(byId, [id]));
  }

  async list(sql: Sql, id: ResourceId, page: Page, tenantId: string): Promise<Registry[]> {
    if (!isUuid(id.subscriptionId)) return [];
    return this.listIn(sql, id.groupName === undefined ? { subscriptionId: id.subscriptionId } : id, page, tenantId);
  }

  /** Those of whatever tenant, where none is named. */
  async listIn(
    sql: Sql,
    { subscriptionId, groupKey }: Scope,
    { after, limit }: Page,
    tenantId: string | null = null,
  ): Promise<Registry[]> {
    const rows =
      groupKey === undefined
        ? await sql.rows<Row>(inSubscription, [subscriptionId, after, limit, tenantId])
        : await sql.rows<Row>(inGroup, [subscriptionId, groupKey, after, limit, tenantId]);
    return rows.map((row) => this.recordOf(row));
  }

  async lockGroup(tx: Tx, subscriptionId: string, groupKey: string): Promise<Registry[]> {
    return (await tx.rows<Row>(lockGroup, [subscriptionId, groupKey])).map((row) => this.recordOf(row));
  }

  async context(tx: Tx, next: Registry, current: Registry | undefined): Promise<RegistryContext> {
    const settings = usageOfSettings(next);
    if (!current) return { nameTaken: await this.isNameTakenElsewhere(tx, next), usage: settings };
    if (current.sku === next.sku) return { nameTaken: false, usage: settings };
    const storageLimitBytes = await this.usage.storedBytes(tx, current.id);
    return { nameTaken: false, usage: { storageLimitBytes, ...(await this.counts.of(tx, current.id)), ...settings } };
  }

  async isNameTaken(sql: Sql, key: string): Promise<boolean> {
    return (await sql.row(nameTaken, [key])) !== undefined;
  }

  /** A row of the same id may have come since it was looked for; that is a race with oneself, for the index to end. */
  private async isNameTakenElsewhere(sql: Sql, { key, subscriptionId, groupKey }: Registry): Promise<boolean> {
    return (await sql.row(nameTakenElsewhere, [key, subscriptionId, groupKey])) !== undefined;
  }

  async insert(tx: Tx, record: Registry): Promise<void> {
    const { from, to } = this.config.registryPorts;
    const [, taken] = await tx.together(() => [
      tx.count(insert, columns.values(record)),
      tx.row<{ port: number }>(takePort, [record.id, from, to]),
      this.credentials.create(tx, record.id),
      this.newRegistries.equip(tx, record),
    ]);
    if (!taken && this.config.loginServerStyle === 'port')
      throw new ArmError(
        'QuotaExceeded',
        `Every port from ${from} to ${to} belongs to a registry already. Delete one, widen BERTH_REGISTRY_PORTS, or set BERTH_LOGIN_SERVER_STYLE=host.`,
      );
    record.loginServer = loginServerOf(this.config, record.key, taken?.port ?? null);
  }

  async update(tx: Tx, record: Registry): Promise<void> {
    await tx.count(update, columns.values(record));
  }

  /** Writes the state that an operation ended with, if it may follow the present one. */
  async settle(tx: Tx, id: string, state: Registry['provisioningState'], from: readonly string[]): Promise<void> {
    await tx.count(settle, [id, state, from]);
  }

  async remove(tx: Tx, record: Registry): Promise<void> {
    await tx.count(remove, [record.id]);
  }

  /** Instances that some registry owns, of all subscriptions. */
  async instanceNames(sql: Sql): Promise<Set<string>> {
    return new Set((await sql.rows<{ name: string }>(instanceNames)).map(({ name }) => name));
  }

  private async named(sql: Sql, statement: Statement, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return isUuid(id.subscriptionId)
      ? this.recordOf(await sql.row<Row>(statement, [id.subscriptionId, id.groupKey, id.key, tenantId]))
      : undefined;
  }

  private recordOf(row: Row): Registry;
  private recordOf(row: Row | undefined): Registry | undefined;
  private recordOf(row: Row | undefined): Registry | undefined {
    // In place, since the row is nobody else's: copying the columns of a whole page is most of the cost of reading it.
    return row && Object.assign(row, { loginServer: loginServerOf(this.config, row.key, row.loginPort) });
  }
}
