import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Store } from '../arm/resource-type.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { PrivateEndpointConnection } from './private-endpoint-connection.entity.js';
import type { PrivateEndpointConnectionContext } from './private-endpoint-connection.type.js';

const children = registryChildrenOf('private_endpoint_connections', PrivateEndpointConnection);

const count: Statement = {
  name: 'private_endpoint_connections.count',
  text: 'select count(*)::int as n from private_endpoint_connections where registry_id = $1',
};

/** Every query about private endpoint connections. */
@Injectable()
export class PrivateEndpointConnectionsRepository
  implements Store<PrivateEndpointConnection, PrivateEndpointConnectionContext, Registry>, OnModuleInit
{
  readonly find = children.find;
  readonly lock = children.lock;
  readonly list = children.list;
  readonly insert = children.insert;
  readonly update = children.update;
  readonly remove = children.remove;

  constructor(
    readonly parents: RegistryParents,
    private readonly counts: SkuCounts,
  ) {}

  onModuleInit(): void {
    this.counts.add('privateEndpointConnections', (sql, registryId) => this.count(sql, registryId));
  }

  async context(
    tx: Tx,
    next: PrivateEndpointConnection,
    current: PrivateEndpointConnection | undefined,
    { sku }: Registry,
  ): Promise<PrivateEndpointConnectionContext> {
    return { sku, privateEndpointConnections: current ? 0 : (await this.count(tx, next.registryId)) + 1 };
  }

  private async count(sql: Sql, registryId: string): Promise<number> {
    return (await sql.row<{ n: number }>(count, [registryId]))?.n ?? 0;
  }
}
