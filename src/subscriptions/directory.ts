import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { ArmRequest, TenantRequest } from '../arm/arm-request.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Scopes } from '../arm/scopes.js';
import { Authorization } from '../authorization/authorization.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import type { LocationList, LocationWire } from './location.wire.js';
import { regionOf } from './regions.js';
import { SUBSCRIPTION_STATES } from './subscription-state.js';
import type { Subscription } from './subscription.entity.js';
import type { SubscriptionPage, SubscriptionWire, TenantList } from './subscription.wire.js';
import { findSubscription, findTenant, listSubscriptions } from './subscriptions.repository.js';
import { subscriptionNotFound } from './subscription-scopes.js';
import { isUuid } from '../arm/uuid.js';

/** What a caller can find out about where it is: tenant, subscriptions, locations. */
@Injectable()
export class Directory {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly config: Config,
    private readonly authorization: Authorization,
  ) {}

  async tenants({ caller }: TenantRequest): Promise<TenantList> {
    const tenant = await findTenant(this.database, caller.tenantId);
    if (!tenant) return { value: [] };
    const { id, displayName } = tenant;
    return { value: [{ id: `/tenants/${id}`, tenantId: id, displayName, tenantCategory: 'Home' }] };
  }

  async subscriptions({ caller, query, url }: TenantRequest): Promise<SubscriptionPage> {
    const page = pageOf(query);
    if (page.after !== '' && !isUuid(page.after))
      throw new ArmError('InvalidSkipToken', 'The $skipToken is not one of this list. Follow nextLink unchanged.', {
        target: '$skipToken',
      });
    const shown = await this.authorization.subscriptionsOf(caller);
    const found = await listSubscriptions(this.database, caller.tenantId, { ...page, limit: page.limit + 1 }, shown);
    return listBody(found, page, url, ({ id }) => id, toWire);
  }

  async subscription({ id, caller }: ArmRequest): Promise<SubscriptionWire> {
    await this.scopes.assertReadable(this.database, id, caller);
    const found = await findSubscription(this.database, id.subscriptionId);
    if (!found) throw subscriptionNotFound(id);
    return toWire(found);
  }

  async locations({ id, caller }: ArmRequest): Promise<LocationList> {
    await this.scopes.assertReadable(this.database, id, caller);
    return { value: this.config.regions.map((name) => locationToWire(id.subscriptionId, name)) };
  }
}

function toWire({ id, tenantId, displayName, state, tags }: Subscription): SubscriptionWire {
  return {
    id: `/subscriptions/${id}`,
    subscriptionId: id,
    tenantId,
    displayName,
    state: SUBSCRIPTION_STATES[state].shown,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    tags,
  };
}

function locationToWire(subscriptionId: string, name: string): LocationWire {
  const { displayName, geographyGroup } = regionOf(name);
  return {
    id: `/subscriptions/${subscriptionId}/locations/${name}`,
    name,
    type: 'Region',
    displayName,
    regionalDisplayName: `(${geographyGroup}) ${displayName}`,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended', geographyGroup },
  };
}
