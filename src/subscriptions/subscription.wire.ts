import { ApiProperty } from '@nestjs/swagger';

/** What a subscription is allowed; here always the same. */
export class SubscriptionPoliciesWire {
  readonly locationPlacementId: string;
  readonly quotaId: string;
  readonly spendingLimit: string;
}

/** A subscription. */
export class SubscriptionWire {
  /** @example "/subscriptions/00000000-0000-0000-0000-000000000000" */
  readonly id: string;

  @ApiProperty({ format: 'uuid' })
  readonly subscriptionId: string;

  /** The tenant whose tokens are accepted. */
  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;

  readonly displayName: string;

  /** Only `Enabled` takes every kind of request. */
  @ApiProperty({ enum: ['Enabled', 'Warned', 'Disabled'] })
  readonly state: string;

  readonly subscriptionPolicies: SubscriptionPoliciesWire;

  /** @example "RoleBased" */
  readonly authorizationSource: string;

  /** Tenants that manage the subscription for its own; none here. */
  @ApiProperty({ type: 'array', items: { type: 'object' } })
  readonly managedByTenants: object[];

  /** Names and values of the customer's own. */
  readonly tags: Record<string, string>;
}

/** One page of subscriptions. */
export class SubscriptionPage {
  readonly value: SubscriptionWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}

/** A tenant. */
export class TenantWire {
  /** @example "/tenants/00000000-0000-0000-0000-000000000000" */
  readonly id: string;

  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;

  readonly displayName: string;

  /** @example "Home" */
  readonly tenantCategory: string;
}

/** The tenants of the caller. */
export class TenantList {
  readonly value: TenantWire[];
}
