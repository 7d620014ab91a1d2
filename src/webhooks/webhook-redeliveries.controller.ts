import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { WebhookRedeliveries } from './webhook-redeliveries.js';
import { RedeliveredWire, RedeliverWire } from './webhook-redelivery.wire.js';
import { webhookType } from './webhook.type.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Sending again, which Azure does not have. */
@ApiTags('Webhooks')
@Controller()
export class WebhookRedeliveriesController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly webhooks: WebhooksRepository,
    private readonly redeliveries: WebhookRedeliveries,
  ) {}

  /** Sends an event again, or those of a time, at most 10,000 at once: as they were, with the same ids. */
  @Post(`${IN_REGISTRY}/webhooks/:webhookName/redeliver`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/redeliver/action')
  @HttpCode(200)
  @ArmAction('Webhooks_Redeliver', { body: RedeliverWire, answer: RedeliveredWire })
  async redeliver(@Arm() request: ArmRequest): Promise<RedeliveredWire> {
    const webhook = await this.arm.existing(webhookType, this.webhooks, request);
    return this.redeliveries.redeliver(webhook, request);
  }
}
