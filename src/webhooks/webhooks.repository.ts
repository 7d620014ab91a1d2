import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Store } from '../arm/resource-type.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { RegistryLocations } from '../registries/registry-locations.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { SecretBox } from '../secrets/secret-box.js';
import { Secret } from '../secrets/secret.js';
import { callbackOf, revealed, type PlainCallback } from './callback.js';
import { plainSecrets, secretsOf, type PlainSignatureSecrets } from './signature.js';
import { hastenLanes } from './webhook-lanes.repository.js';
import { Webhook } from './webhook.entity.js';
import type { WebhookContext } from './webhook.type.js';

const NO_ID = '00000000-0000-0000-0000-000000000000';

const children = registryChildrenOf('webhooks', Webhook);
const byIds: Statement = {
  name: 'webhooks.by_ids',
  text: `select ${columnsOf(Webhook).select()} from webhooks where id = any($1::uuid[])`,
};

/** Every query about webhooks. The callback of what is read here is opened when somebody asks for it: most answers show none. */
@Injectable()
export class WebhooksRepository implements Store<Webhook, WebhookContext, Registry>, OnModuleInit {
  readonly remove = children.remove;

  constructor(
    readonly parents: RegistryParents,
    private readonly locations: RegistryLocations,
    private readonly counts: SkuCounts,
    private readonly box: SecretBox,
  ) {}

  onModuleInit(): void {
    this.counts.add('webhooks', (sql, registryId) => children.countOthers(sql, registryId, NO_ID));
  }

  async find(sql: Sql, id: ResourceId, tenantId: string): Promise<Webhook | undefined> {
    return this.opened(await children.find(sql, id, tenantId));
  }

  async lock(tx: Tx, id: ResourceId, tenantId: string): Promise<Webhook | undefined> {
    return this.opened(await children.lock(tx, id, tenantId));
  }

  async byId(sql: Sql, id: string): Promise<Webhook | undefined> {
    return this.opened(await children.byId(sql, id));
  }

  /** Those that are still there, without what is said of their registries. */
  async byIds(sql: Sql, ids: readonly string[]): Promise<Webhook[]> {
    return (await sql.rows<Webhook>(byIds, [ids])).map((row) => this.opened(row));
  }

  async list(sql: Sql, id: ResourceId, page: Page): Promise<Webhook[]> {
    return (await children.list(sql, id, page)).map((row) => this.opened(row));
  }

  /** Only a new webhook can pass a limit or name a location. */
  async context(tx: Tx, next: Webhook, current: Webhook | undefined, registry: Registry): Promise<WebhookContext> {
    if (current) return { sku: registry.sku, webhooks: 0, locations: [] };
    const [others, locations] = await tx.together(() => [
      children.countOthers(tx, registry.id, next.id),
      this.locations.of(tx, registry),
    ]);
    return { sku: registry.sku, webhooks: others + 1, locations };
  }

  insert(tx: Tx, record: Webhook): Promise<void> {
    return children.insert(tx, this.sealed(record));
  }

  /** What waits may go another way now. */
  async update(tx: Tx, record: Webhook): Promise<void> {
    await tx.together(() => [children.update(tx, this.sealed(record)), hastenLanes(tx, record.id)]);
  }

  private sealed(record: Webhook): Webhook {
    const { callback, signatureSecrets } = record;
    const seal = (plain: object) => this.box.seal(new Secret(JSON.stringify(plain)));
    return {
      ...record,
      sealedCallback: seal(revealed(callback)),
      sealedSignatureSecrets: signatureSecrets ? seal(plainSecrets(signatureSecrets)) : null,
    };
  }

  private opened(row: Webhook): Webhook;
  private opened(row: Webhook | undefined): Webhook | undefined;
  private opened(row: Webhook | undefined): Webhook | undefined {
    if (!row) return undefined;
    const open = (sealed: Buffer): unknown => JSON.parse(this.box.open(sealed).reveal());
    const { sealedCallback, sealedSignatureSecrets: secrets } = row;
    lazily(row, 'callback', () => callbackOf(open(sealedCallback) as PlainCallback));
    lazily(row, 'signatureSecrets', () => secrets && secretsOf(open(secrets) as PlainSignatureSecrets));
    return row;
  }
}

/** A member that is made when somebody first asks for it. */
function lazily(row: Webhook, member: 'callback' | 'signatureSecrets', make: () => unknown): void {
  let made: { readonly value: unknown } | undefined;
  Object.defineProperty(row, member, {
    enumerable: true,
    configurable: true,
    get: () => (made ??= { value: make() ?? undefined }).value,
  });
}
