import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { ResourceId } from '../arm/resource-id.js';
import { refuseLocked } from '../arm/locked.js';
import { scopeKeysOf } from '../arm/scope-keys.js';
import { Scopes } from '../arm/scopes.js';
import type { Sql, Tx } from '../database/database.js';
import { findHeldScope, findScope, holdLocks, holdScope } from './scopes.repository.js';
import type { ScopeRow } from './scopes.repository.js';
import { SUBSCRIPTION_STATES, type SubscriptionState } from './subscription-state.js';
import { isUuid } from '../arm/uuid.js';

const ANY_LEVEL = ['CanNotDelete', 'ReadOnly'];

const TAKES = { 'created or changed': 'isWritable', deleted: 'isDeletable' } as const;

/** One statement each; the subscription is judged before the group. */
@Injectable()
export class SubscriptionScopes extends Scopes {
  async assertReadable(sql: Sql, id: ResourceId, caller: Caller): Promise<void> {
    assertSubscriptionId(id);
    scopeOf(await findScope(sql, id.subscriptionId, id.groupKey), id, caller);
  }

  async assertWritable(tx: Tx, id: ResourceId, caller: Caller, locked = id.resource()): Promise<void> {
    assertSubscriptionId(id);
    const search = { keys: scopeKeysOf(locked), levels: ['ReadOnly'], alsoBelow: false };
    const found = await holdScope(tx, id.subscriptionId, id.groupKey, search);
    const { state, groupState } = scopeOf(found, id, caller);
    assertStateTakes('created or changed', state, id);
    if (groupState === 'Deleting') throw groupBeingDeleted(id.groupName);
    refuseLocked('write', locked, found?.locks);
  }

  async assertDeletable(tx: Tx, id: ResourceId, caller: Caller, locked = id.resource()): Promise<void> {
    assertSubscriptionId(id);
    const search = { keys: scopeKeysOf(locked), levels: ANY_LEVEL, alsoBelow: true };
    const found = await findHeldScope(tx, id.subscriptionId, id.groupKey, search);
    assertStateTakes('deleted', scopeOf(found, id, caller).state, id);
    refuseLocked('delete', locked, found?.locks);
  }

  async assertLeavable(tx: Tx, group: ResourceId, caller: Caller): Promise<void> {
    assertSubscriptionId(group);
    const search = { keys: scopeKeysOf(group.group()), levels: ANY_LEVEL, alsoBelow: false };
    const found = await holdScope(tx, group.subscriptionId, group.groupKey, search);
    scopeOf(found, group, caller);
    refuseLocked('delete', group.group(), found?.locks);
  }

  async assertLockable(tx: Tx, id: ResourceId, caller: Caller): Promise<void> {
    assertSubscriptionId(id);
    await holdLocks(tx, id.subscriptionId);
    const { state, groupState } = scopeOf(await findScope(tx, id.subscriptionId, id.groupKey), id, caller);
    assertStateTakes('deleted', state, id);
    if (groupState === 'Deleting') throw groupBeingDeleted(id.groupName);
  }
}

export function subscriptionNotFound({ subscriptionId }: ResourceId): ArmError {
  return new ArmError('SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`);
}

export function groupNotFound(name: string | undefined): ArmError {
  return new ArmError('ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
}

export function groupBeingDeleted(name: string | undefined): ArmError {
  return new ArmError(
    'ResourceGroupBeingDeleted',
    `The resource group '${name}' is being deleted. Wait until it is gone, or use another group.`,
  );
}

function assertSubscriptionId({ subscriptionId }: ResourceId): void {
  if (!isUuid(subscriptionId))
    throw new ArmError(
      'InvalidSubscriptionId',
      `The subscription id '${subscriptionId}' is malformed. It must be a UUID such as 00000000-0000-0000-0000-000000000000.`,
      { target: 'subscriptionId' },
    );
}

function scopeOf(found: ScopeRow | undefined, id: ResourceId, { tenantId }: Caller): ScopeRow {
  if (!found || found.state === 'Deleted') throw subscriptionNotFound(id);
  if (found.tenantId !== tenantId) throw wrongTenant(id, tenantId, found.tenantId);
  if (id.groupName !== undefined && found.groupState === null) throw groupNotFound(id.groupName);
  return found;
}

function wrongTenant({ subscriptionId }: ResourceId, ofToken: string, ofSubscription: string): ArmError {
  const message =
    `The access token was issued by the wrong tenant '${ofToken}'. The subscription '${subscriptionId}' belongs to tenant ` +
    `'${ofSubscription}'; ask that tenant for a token.`;
  return new ArmError('InvalidAuthenticationTokenTenant', message, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token of another tenant."' },
  });
}

function assertStateTakes(what: keyof typeof TAKES, state: SubscriptionState, id: ResourceId): void {
  if (!SUBSCRIPTION_STATES[state][TAKES[what]]) throw disabled(id, state, what);
}

/** The 409 of a subscription in a state that does not take a request. */
export function disabled({ subscriptionId }: ResourceId, state: string, what: string): ArmError {
  return new ArmError(
    'ReadOnlyDisabledSubscription',
    `The subscription '${subscriptionId}' is in state ${state}: nothing in it can be ${what} until it is enabled again.`,
  );
}
