import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Store } from '../arm/resource-type.js';
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
const addressees: Statement = {
  name: 'webhooks.addressees',
  text: `select id, sealed_callback as "sealedCallback", sealed_signature_secrets as "sealedSignatureSecrets"
           from webhooks where id = any($1::uuid[])`,
};
/** Addressees that are kept open. */
const MAX_KNOWN = 1_000;

type Sealed = Pick<Webhook, 'sealedCallback' | 'sealedSignatureSecrets'>;
type Opened = Pick<Webhook, 'callback' | 'signatureSecrets'>;

/** Where messages of a webhook go, and what they are signed with. */
export type Addressee = Pick<Webhook, 'id'> & Opened;

/** Every query about webhooks. The callback of what is read here is opened when somebody asks for it: most answers show none. */
@Injectable()
export class WebhooksRepository implements Store<Webhook, WebhookContext, Registry>, OnModuleInit {
  readonly remove = children.remove;
  private readonly known = new LRUCache<string, Addressee & Sealed>({ max: MAX_KNOWN });

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

  /** Of those webhooks that are still there. What has not changed is not opened again. */
  async addressees(sql: Sql, ids: readonly string[]): Promise<Addressee[]> {
    const rows = await sql.rows<Pick<Webhook, 'id'> & Sealed>(addressees, [ids]);
    return rows.map((row) => {
      const known = this.known.get(row.id);
      if (known && isSame(known, row)) return known;
      const opened = this.opened(row);
      this.known.set(row.id, opened);
      return opened;
    });
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

  private opened<Row extends Sealed>(row: Row): Row & Opened;
  private opened<Row extends Sealed>(row: Row | undefined): (Row & Opened) | undefined;
  private opened<Row extends Sealed>(row: Row | undefined): (Row & Opened) | undefined {
    if (!row) return undefined;
    const open = (sealed: Buffer): unknown => JSON.parse(this.box.open(sealed).reveal());
    const { sealedCallback, sealedSignatureSecrets: secrets } = row;
    lazily(row, 'callback', () => callbackOf(open(sealedCallback) as PlainCallback));
    lazily(row, 'signatureSecrets', () => secrets && secretsOf(open(secrets) as PlainSignatureSecrets));
    return row as Row & Opened;
  }
}

/** Nothing is sealed twice to the same bytes. */
function isSame(one: Sealed, other: Sealed): boolean {
  const none = Buffer.alloc(0);
  return (
    one.sealedCallback.equals(other.sealedCallback) &&
    (one.sealedSignatureSecrets ?? none).equals(other.sealedSignatureSecrets ?? none)
  );
}

/** A member that is made when somebody first asks for it. */
function lazily(row: object, member: 'callback' | 'signatureSecrets', make: () => unknown): void {
  let made: { readonly value: unknown } | undefined;
  Object.defineProperty(row, member, {
    enumerable: true,
    configurable: true,
    get: () => (made ??= { value: make() ?? undefined }).value,
  });
}
