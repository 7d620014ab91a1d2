import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../arm/caller.js';
import { parseUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { builtInRole, builtInRoleNamed } from './built-in-roles.js';
import { assignedTo, isOperator, RIGHTS_CHANNEL, tenantOf, type AssignedRow } from './rights.repository.js';
import type { EffectiveRole } from './role.js';

/** Callers whose roles are remembered; some hundred bytes each. */
const REMEMBERED_CALLERS = 10_000;

/** Subscriptions whose tenant is remembered. */
const REMEMBERED_SUBSCRIPTIONS = 100_000;

const EVERYTHING = { actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] };

/** Operators own their tenant, what its resources hold included: a new installation has nobody who could give roles. */
const OPERATOR: EffectiveRole = {
  role: { id: builtInRoleNamed('Owner')!.id, name: 'Owner', permissions: [EVERYTHING] },
  scopeKey: '/',
  condition: null,
  conditionVersion: null,
  isOperator: true,
};

/** What a caller has, by the key of the scope. */
export type Rights = ReadonlyMap<string, readonly EffectiveRole[]>;

/**
 * What callers were given, remembered until anybody's roles change anywhere. While notifications cannot arrive nothing is
 * remembered, and the rows are read each time.
 */
@Injectable()
export class RightsOfCallers implements OnApplicationBootstrap {
  private readonly remembered = new LRUCache<string, Rights>({ max: REMEMBERED_CALLERS });
  /** The same by the caller itself, who is one object for as long as the token is remembered. */
  private byCaller = new WeakMap<Caller, Rights>();
  private readonly tenants = new LRUCache<string, string>({ max: REMEMBERED_SUBSCRIPTIONS });
  private changes = 0;

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(RIGHTS_CHANNEL, () => this.forgetAll());
  }

  /** Those of the caller, in all of its tenant; at once when they are remembered. */
  of(caller: Caller): Rights | Promise<Rights> {
    if (!this.notifications.isConnected) return this.read(caller);
    const own = this.byCaller.get(caller);
    if (own) return own;
    const known = this.remembered.get(keyOf(caller));
    if (!known) return this.read(caller);
    this.byCaller.set(caller, known);
    return known;
  }

  /** Whether the subscription is the tenant's; undefined: there is none. */
  isOfTenant(subscriptionId: string, tenantId: string): boolean | undefined | Promise<boolean | undefined> {
    const known = this.tenants.get(subscriptionId);
    if (known !== undefined) return known === tenantId;
    return this.readTenant(subscriptionId).then((found) => (found === undefined ? undefined : found === tenantId));
  }

  /** Somebody's roles changed. */
  forgetAll(): void {
    this.changes++;
    this.remembered.clear();
    this.byCaller = new WeakMap();
  }

  private async read(caller: Caller): Promise<Rights> {
    const before = this.changes;
    const { tenantId, objectId, issuer } = caller;
    const appId = issuer === undefined ? parseUuid(caller.appId) : undefined;
    const [rows, owns] = await Promise.all([
      assignedTo(this.database, caller),
      appId !== undefined && isOperator(this.database, { appId, objectId, tenantId }),
    ]);
    const rights = byScope([...(owns ? [OPERATOR] : []), ...rows.flatMap(effective)]);
    // What changed meanwhile may be of this caller.
    if (this.notifications.isConnected && before === this.changes) this.remembered.set(keyOf(caller), rights);
    return rights;
  }

  private async readTenant(subscriptionId: string): Promise<string | undefined> {
    const id = parseUuid(subscriptionId);
    const found = id && (await tenantOf(this.database, id));
    if (found) this.tenants.set(subscriptionId, found);
    return found;
  }
}

/** Ids have no blanks. One of another issuer is never taken for a principal of here. */
function keyOf({ tenantId, objectId, appId, issuer, groups = [] }: Caller): string {
  const told = groups.length === 0 ? '' : hash('sha256', groups.join(' '), 'base64');
  return [tenantId, objectId, appId ?? '', issuer ?? '', told].join(' ');
}

/** The role of a row; none where the role is gone. */
export function effective({ scopeKey, roleId, roleName, permissions, ...rest }: AssignedRow): EffectiveRole[] {
  const role =
    roleName !== null && permissions !== null ? { id: roleId, name: roleName, permissions } : builtInRole(roleId);
  return role ? [{ role, scopeKey, isOperator: false, ...rest }] : [];
}

function byScope(roles: readonly EffectiveRole[]): Rights {
  const found = new Map<string, EffectiveRole[]>();
  for (const role of roles) found.set(role.scopeKey, [...(found.get(role.scopeKey) ?? []), role]);
  return found;
}
