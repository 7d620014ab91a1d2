import { Injectable } from '@nestjs/common';
import { servedVersion } from '../arm/api-version.js';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { isUuid } from '../arm/uuid.js';
import { Database, type Tx } from '../database/database.js';
import { Operations } from '../work/operations.js';
import { markGroupsDeleting } from './resource-groups.repository.js';
import { parseNotification, type Notified } from './subscription-notification.js';
import type { Subscription } from './subscription.entity.js';
import { lockSubscription, setSubscriptionState } from './subscriptions.repository.js';
import { Subscriptions } from './subscriptions.js';

export const SUBSCRIPTION_TYPE = 'Microsoft.Resources/subscriptions';

const VERSIONS: ReadonlyMap<string, true> = new Map([['2.0', true]]);

/** The life of a subscription, as an operator tells it. Saying the same again changes nothing. */
@Injectable()
export class SubscriptionLifecycle {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly operations: Operations,
  ) {}

  async notify(request: ArmRequest): Promise<object> {
    servedVersion(VERSIONS, request.apiVersion);
    const { subscriptionId } = request.id;
    if (!isUuid(subscriptionId))
      throw new ArmError('InvalidSubscriptionId', `The subscription id '${subscriptionId}' is not a UUID.`, {
        target: 'subscriptionId',
      });
    const parsed = parseNotification(request.body);
    if ('problems' in parsed) throwIfAny(parsed.problems);
    const { notified } = parsed as { readonly notified: Notified };
    await this.database.transaction((tx) => this.apply(tx, subscriptionId, notified, request.correlationId));
    request.answer(200);
    return request.body as object;
  }

  private async apply(tx: Tx, id: string, { state, tenantId }: Notified, correlationId: string): Promise<void> {
    const current = (await lockSubscription(tx, id)) ?? (await this.added(tx, id, tenantId, state));
    if (!current) return;
    if (current.tenantId !== tenantId) throw otherTenant(current);
    if (state === 'Deleted') return this.delete(tx, current, correlationId);
    if (current.state === 'Deleted') {
      if ((await markGroupsDeleting(tx, id)) > 0) throw stillBeingDeleted(current);
      await this.subscriptions.registerForStart(tx, id);
    }
    await setSubscriptionState(tx, id, state);
  }

  /** Undefined when there is nothing to add: what nobody knows is deleted already. */
  private async added(tx: Tx, id: string, tenantId: string, state: string): Promise<Subscription | undefined> {
    if (state === 'Deleted') return undefined;
    await this.subscriptions.createTenant(tx, { id: tenantId, displayName: tenantId });
    await this.subscriptions.addSubscription(tx, { id, tenantId, displayName: id });
    return lockSubscription(tx, id);
  }

  /** From here on the subscription is found by nobody; a worker removes what is in it. */
  private async delete(tx: Tx, { id, tenantId }: Subscription, correlationId: string): Promise<void> {
    await setSubscriptionState(tx, id, 'Deleted');
    if ((await markGroupsDeleting(tx, id)) === 0 || (await this.operations.activeOf(tx, id))) return;
    await this.operations.start(tx, {
      type: SUBSCRIPTION_TYPE,
      kind: 'Delete',
      recordId: id,
      subscriptionId: id,
      tenantId,
      correlationId,
    });
  }
}

function otherTenant({ id, tenantId }: Subscription): ArmError {
  return new ArmError(
    'InvalidParameter',
    `'properties.tenantId': the subscription '${id}' belongs to tenant '${tenantId}' for good. Send that, or use another id.`,
    { target: 'properties.tenantId' },
  );
}

function stillBeingDeleted({ id }: Subscription): ArmError {
  return new ArmError(
    'OperationInProgress',
    `What was in the subscription '${id}' is still being deleted. Wait until it is gone and send the request again.`,
  );
}
