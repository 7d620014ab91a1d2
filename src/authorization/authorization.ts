import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { Database } from '../database/database.js';
import { allows } from './evaluation.js';
import { RightsOfCallers, type Rights } from './rights.js';
import type { EffectiveRole } from './role.js';
import { fullKeyOf, fullKeysOf, TENANT_SCOPE } from './scope-chain.js';

/** Who may do what, by the roles that were assigned. */
@Injectable()
export class Authorization {
  constructor(
    private readonly rights: RightsOfCallers,
    private readonly scopes: Scopes,
    private readonly database: Database,
  ) {}

  /**
   * The caller may perform the action on what the id names. Takes no statement where the caller was seen before.
   * @throws ArmError AuthorizationFailed; for a subscription that is missing or another tenant's, what ARM says of that.
   */
  async assertMay(caller: Caller, action: string, id: ResourceId, { orAnyRoleWithin = false } = {}): Promise<void> {
    if (await this.may(caller, action, id)) return;
    if (orAnyRoleWithin && (await this.hasAnyRoleWithin(caller, id))) return;
    // Whose the subscription is counts first; nothing is told of what lies in it.
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    throw authorizationFailed(caller, action, id.resource().toString());
  }

  /** Whether the caller may perform the action on what the id names; never in the subscription of another tenant. */
  may(caller: Caller, action: string, id: ResourceId): boolean | Promise<boolean> {
    const isOwn = this.rights.isOfTenant(id.subscriptionId, caller.tenantId);
    const rights = this.rights.of(caller);
    if (isOwn instanceof Promise || rights instanceof Promise)
      return Promise.all([isOwn, rights]).then(([own, found]) => own === true && gives(found, id, action));
    return isOwn === true && gives(rights, id, action);
  }

  /** Whether there is such a subscription, and it is one of the caller's tenant. */
  async isOfTenant({ tenantId }: Caller, { subscriptionId }: ResourceId): Promise<boolean> {
    return (await this.rights.isOfTenant(subscriptionId, tenantId)) === true;
  }

  /** The subscriptions where the caller has a role, there or somewhere below. */
  async subscriptionsOf(caller: Caller): Promise<'all' | readonly string[]> {
    const rights = await this.rights.of(caller);
    if (rights.has(TENANT_SCOPE)) return 'all';
    return [...new Set([...rights.keys()].map((key) => key.split('/')[2]!))];
  }

  /** The keys of the scopes below that were given to the caller with the action; `all` where it has it above them. */
  async scopesBelow(caller: Caller, action: string, id: ResourceId): Promise<'all' | readonly string[]> {
    if (await this.may(caller, action, id)) return 'all';
    const below = `${fullKeyOf(id)}/`;
    const rights = await this.rights.of(caller);
    return [...rights].flatMap(([key, roles]) => (key.startsWith(below) && allows(roles, action) ? [key] : []));
  }

  /** The roles that the caller has at a scope, those from above included; none in the subscription of another tenant. */
  async assignmentsAt(caller: Caller, scope: ResourceId): Promise<readonly EffectiveRole[]> {
    const [isOwn, rights] = await Promise.all([
      this.rights.isOfTenant(scope.subscriptionId, caller.tenantId),
      this.rights.of(caller),
    ]);
    return isOwn === true ? at(rights, scope) : [];
  }

  private async hasAnyRoleWithin(caller: Caller, id: ResourceId): Promise<boolean> {
    if ((await this.assignmentsAt(caller, id)).length > 0) return true;
    const below = `${fullKeyOf(id)}/`;
    return [...(await this.rights.of(caller)).keys()].some((key) => key.startsWith(below));
  }
}

/** The 403 in ARM's words. */
export function authorizationFailed({ name, objectId }: Caller, action: string, scope: string): ArmError {
  return new ArmError(
    'AuthorizationFailed',
    `The client '${name}' with object id '${objectId}' does not have authorization to perform action '${action}' over ` +
      `scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** From above to below, since that is where most rights are. */
function gives(rights: Rights, id: ResourceId, action: string): boolean {
  const everywhere = rights.get(TENANT_SCOPE);
  if (everywhere && allows(everywhere, action)) return true;
  return rights.size > 0 && allows(at(rights, id), action);
}

function at(rights: Rights, id: ResourceId): readonly EffectiveRole[] {
  if (rights.size === 0) return [];
  return fullKeysOf(id).flatMap((key) => rights.get(key) ?? []);
}
