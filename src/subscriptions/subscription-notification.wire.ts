import { ApiProperty } from '@nestjs/swagger';
import { SUBSCRIPTION_STATES, type SubscriptionState } from './subscription-state.js';

/** What Azure Resource Manager knows of a subscription besides its state; more than this may be sent and is echoed. */
export class SubscriptionNotificationProperties {
  /** The tenant that the subscription belongs to; it stays the same. */
  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;
}

/** What has become of a subscription. */
export class SubscriptionNotification {
  /** What the subscription is from now on. */
  @ApiProperty({ enum: Object.keys(SUBSCRIPTION_STATES) })
  readonly state: SubscriptionState;

  /** When it was registered first; echoed. */
  @ApiProperty({ required: false })
  readonly registrationDate?: string;

  readonly properties: SubscriptionNotificationProperties;
}
