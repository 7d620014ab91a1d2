import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { throwIfAny } from '../arm/arm-error.js';
import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Store } from '../arm/resource-type.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { registryId as registryPath } from '../registries/registry-id.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { childNameIn } from '../tokens/child-name.js';
import { TokenUses } from '../tokens/token-uses.js';
import { Tokens } from '../tokens/tokens.js';
import type { ConnectedRegistryFilter } from './connected-registry-filter.js';
import { ConnectedRegistry } from './connected-registry.entity.js';
import {
  CONNECTION_STATE,
  inUseProblems,
  MAX_NAMES,
  type ConnectedRegistryContext,
} from './connected-registry.type.js';

type ConnectedRegistryStore = Store<ConnectedRegistry, ConnectedRegistryContext, Registry>;

const children = registryChildrenOf('connected_registries', ConnectedRegistry);

const count: Statement = {
  name: 'connected_registries.count',
  text: 'select count(*)::int as n from connected_registries where registry_id = $1',
};
const parentIn: Statement = {
  name: 'connected_registries.parent_in',
  text: 'select name, mode from connected_registries where registry_id = $1 and key = $2',
};
const columns = columnsOf(ConnectedRegistry);
const listMatching: Statement = {
  name: 'connected_registries.list_matching',
  text: `select ${columns.select('c')}, r.name as "registryName", r.subscription_id as "subscriptionId",
                r.group_key as "groupKey", r.group_name as "groupName"
           from connected_registries c join registries r on r.id = c.registry_id
          where r.subscription_id = $1 and r.group_key = $2 and r.key = $3 and c.key > $4
            and ($6::text is null or lower(c.mode) = $6)
            and ($7::text is null or coalesce(c.parent_key, '') = $7)
          order by c.key limit $5`,
};
const namesBelow: Statement = {
  name: 'connected_registries.names_below',
  text: 'select name from connected_registries where registry_id = $1 and parent_key = $2 order by key limit $3',
};
const namesWithToken: Statement = {
  name: 'connected_registries.names_with_token',
  text: `select name from connected_registries
          where registry_id = $1
            and (sync_token_key = $2
                 or exists (select from jsonb_array_elements_text(client_token_names) t where lower(t) = $2))
          order by key limit $3`,
};

/** Every query about connected registries. */
@Injectable()
export class ConnectedRegistriesRepository implements ConnectedRegistryStore, OnModuleInit {
  readonly find = children.find;
  readonly lock = children.lock;
  readonly list = children.list;
  readonly insert = children.insert;
  readonly update = children.update;

  constructor(
    readonly parents: RegistryParents,
    private readonly counts: SkuCounts,
    private readonly tokens: Tokens,
    private readonly tokenUses: TokenUses,
  ) {}

  onModuleInit(): void {
    this.counts.add('connectedRegistries', (sql, registryId) => this.countOf(sql, registryId));
    this.tokenUses.add('connected registry', async (sql, { registryId, key }, limit) =>
      (await sql.rows<{ name: string }>(namesWithToken, [registryId, key, limit])).map(({ name }) => name),
    );
  }

  async context(
    tx: Tx,
    next: ConnectedRegistry,
    current: ConnectedRegistry | undefined,
    { sku }: Registry,
  ): Promise<ConnectedRegistryContext> {
    const { registryId, parentKey, syncTokenName, clientTokenNames } = next;
    return {
      sku,
      connectedRegistries: current ? 0 : (await this.countOf(tx, registryId)) + 1,
      parent: parentKey === null ? undefined : await tx.row(parentIn, [registryId, parentKey]),
      missingTokens: await this.tokens.missing(tx, registryId, [syncTokenName, ...clientTokenNames]),
    };
  }

  async remove(tx: Tx, record: ConnectedRegistry): Promise<void> {
    const below = await tx.rows<{ name: string }>(namesBelow, [record.registryId, record.key, MAX_NAMES + 1]);
    throwIfAny(
      inUseProblems(
        record,
        below.map(({ name }) => name),
      ),
    );
    await children.remove(tx, record);
  }

  /** The same store, whose list has only what the filter asks for; undefined asks for what cannot be. */
  matching(filter: ConnectedRegistryFilter | undefined): ConnectedRegistryStore {
    return {
      parents: this.parents,
      find: this.find,
      lock: this.lock,
      list: (sql, id, page) => this.listMatching(sql, id, page, filter),
      context: (...of) => this.context(...of),
      insert: this.insert,
      update: this.update,
      remove: (...of) => this.remove(...of),
    };
  }

  private async listMatching(
    sql: Sql,
    id: ResourceId,
    { after, limit }: Page,
    filter: ConnectedRegistryFilter | undefined,
  ): Promise<ConnectedRegistry[]> {
    const { subscriptionId, groupKey, groupName = '', segments } = id;
    const name = segments[0]?.name ?? '';
    const registry = registryPath({ subscriptionId, groupName, name });
    const parent = filter?.parentId === undefined ? null : parentKeyIn(filter.parentId, registry);
    const { connectionState = CONNECTION_STATE } = filter ?? {};
    if (!filter || parent === undefined || connectionState.toLowerCase() !== CONNECTION_STATE.toLowerCase()) return [];
    const of = [subscriptionId, groupKey, name.toLowerCase(), after, limit];
    return sql.rows<ConnectedRegistry>(listMatching, [...of, filter.mode?.toLowerCase() ?? null, parent]);
  }

  private async countOf(sql: Sql, registryId: string): Promise<number> {
    return (await sql.row<{ n: number }>(count, [registryId]))?.n ?? 0;
  }
}

/** The key that children of that parent have, which is empty where it is the registry itself; undefined for what is elsewhere. */
function parentKeyIn(id: string, registry: string): string | undefined {
  if (id.toLowerCase() === registry.toLowerCase()) return '';
  return childNameIn(id, 'connectedRegistries', registry)?.toLowerCase();
}
