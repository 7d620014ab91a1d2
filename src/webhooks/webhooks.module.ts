import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { ContentModule } from '../content/content.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { WebhookActions } from './webhook-actions.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookEvent } from './webhook-event.entity.js';
import { WebhookFollower } from './webhook-follower.js';
import { WebhookLane, WebhookLeftovers } from './webhook-lane.entity.js';
import { WebhookRedeliveriesController } from './webhook-redeliveries.controller.js';
import { WebhookRedeliveries } from './webhook-redeliveries.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookSignaturesController } from './webhook-signatures.controller.js';
import { WebhookSignatures } from './webhook-signatures.js';
import { Webhook } from './webhook.entity.js';
import { webhookType } from './webhook.type.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Webhook, WebhookEvent, WebhookLane, WebhookLeftovers]),
    RegistriesModule,
    ContentModule,
  ],
  controllers: [WebhooksController, WebhookSignaturesController, WebhookRedeliveriesController],
  providers: [
    WebhooksRepository,
    WebhookActions,
    WebhookDeliveries,
    WebhookFollower,
    WebhookRedeliveries,
    WebhookSender,
    WebhookSignatures,
  ],
})
export class WebhooksModule {
  constructor(types: ServedTypes, webhooks: WebhooksRepository) {
    types.add(webhookType, webhooks);
  }
}
