import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import { saveRegistration } from './provider-registrations.repository.js';
import type { Subscription } from './subscription.entity.js';
import { findSubscription, insertSubscription, insertTenant } from './subscriptions.repository.js';
import type { Tenant } from './tenant.entity.js';

/** What every new subscription is registered for, so that a first registry needs no detour. */
const REGISTERED_FROM_THE_START = ['Microsoft.ContainerRegistry'];

/** How tenants and subscriptions come to be. Both calls may be repeated. */
@Injectable()
export class Subscriptions {
  async createTenant(sql: Sql, tenant: Tenant): Promise<void> {
    await insertTenant(sql, tenant);
  }

  /** @throws when another tenant has a subscription of this id, or the tenant does not exist. */
  async createSubscription(
    sql: Sql,
    subscription: Pick<Subscription, 'id' | 'tenantId' | 'displayName'>,
  ): Promise<void> {
    await this.addSubscription(sql, subscription);
    const made = await findSubscription(sql, subscription.id);
    if (made?.tenantId !== subscription.tenantId.toLowerCase())
      throw new Error(`The subscription ${subscription.id} belongs to tenant ${made?.tenantId}; choose another id.`);
  }

  /** As `createSubscription`, for who looks for itself whose the subscription of that id is. */
  addSubscription(sql: Sql, subscription: Pick<Subscription, 'id' | 'tenantId' | 'displayName'>): Promise<void> {
    return insertSubscription(sql, subscription, REGISTERED_FROM_THE_START);
  }

  /** What a subscription that was deleted begins anew with. */
  async registerForStart(sql: Sql, subscriptionId: string): Promise<void> {
    for (const namespace of REGISTERED_FROM_THE_START)
      await saveRegistration(sql, { subscriptionId, namespace, state: 'Registered' });
  }
}
