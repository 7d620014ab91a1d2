import { Controller, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { Described } from './openapi.js';
import { SubscriptionLifecycle } from './subscription-lifecycle.js';
import { SubscriptionNotification } from './subscription-notification.wire.js';

/** How an operator adds, suspends and ends subscriptions: as Azure Resource Manager notifies a resource provider. */
@ApiTags('Subscriptions')
@Controller('subscriptions')
export class SubscriptionLifecycleController {
  constructor(private readonly lifecycle: SubscriptionLifecycle) {}

  /** Says what a subscription is from now on; one that is not known yet is added. For operators only. */
  @Put(':subscriptionId')
  @OperatorOnly()
  @Described('Subscriptions_Notify', { 200: SubscriptionNotification }, SubscriptionNotification)
  notify(@Arm() request: ArmRequest): Promise<object> {
    return this.lifecycle.notify(request);
  }
}
