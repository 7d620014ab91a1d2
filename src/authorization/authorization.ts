import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { Database } from '../database/database.js';
import { allows } from './evaluation.js';
import { RightsOfCallers, type Rights } from './rights.js';
import type { EffectiveRole } from './role.js';
import { fullKeysOf } from './scope-chain.js';

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
  async assertMay(caller: Caller, action: string, id: ResourceId): Promise<void> {
    if (await this.may(caller, action, id)) return;
    // Whose the subscription is counts first; nothing is told of what lies in it.
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    throw authorizationFailed(caller, action, id.resource().toString());
  }

  /** Whether the caller may perform the action on what the id names; never in the subscription of another tenant. */
  may(caller: Caller, action: string, id: ResourceId): boolean | Promise<boolean> {
    const isOwn = this.rights.isOfTenant(id.subscriptionId, caller.tenantId);
    const rights = this.rights.of(caller);
    if (isOwn instanceof Promise || rights instanceof Promise)
      return Promise.all([isOwn, rights]).then(([own, found]) => own === true && allows(at(found, id), action));
    return isOwn === true && allows(at(rights, id), action);
  }

  /** The roles that the caller has at a scope, those from above included; none in the subscription of another tenant. */
  async assignmentsAt(caller: Caller, scope: ResourceId): Promise<readonly EffectiveRole[]> {
    const [isOwn, rights] = await Promise.all([
      this.rights.isOfTenant(scope.subscriptionId, caller.tenantId),
      this.rights.of(caller),
    ]);
    return isOwn === true ? at(rights, scope) : [];
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

function at(rights: Rights, id: ResourceId): readonly EffectiveRole[] {
  if (rights.size === 0) return [];
  return fullKeysOf(id).flatMap((key) => rights.get(key) ?? []);
}
