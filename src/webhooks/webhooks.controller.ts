import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction, ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { WebhookActions } from './webhook-actions.js';
import { CallbackConfigWire, EventInfoWire, EventWire } from './webhook-actions.wire.js';
import { webhookType } from './webhook.type.js';
import { WebhooksRepository } from './webhooks.repository.js';

const ALL = `${IN_REGISTRY}/webhooks`;
const ONE = `${ALL}/:webhookName`;

/** Webhooks: whom to tell of what happens in a registry. */
@ApiTags('Webhooks')
@ApiExtraModels(EventWire)
@Controller()
export class WebhooksController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly webhooks: WebhooksRepository,
    private readonly actions: WebhookActions,
  ) {}

  /** A webhook, without what is secret. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/read')
  @ArmGet('Webhooks_Get', 'Webhook')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(webhookType, this.webhooks, request);
  }

  /** The webhooks of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/read')
  @ArmList('Webhooks_List', 'Webhook')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(webhookType, this.webhooks, request);
  }

  /** Creates a webhook or replaces it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/write')
  @ArmPut('Webhooks_Create', 'Webhook', 'WebhookCreateParameters')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(webhookType, this.webhooks, request);
  }

  /** Changes what the body names; `tags` and `customHeaders` are replaced whole. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/write')
  @ArmPatch('Webhooks_Update', 'Webhook', 'WebhookUpdateParameters')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(webhookType, this.webhooks, request);
  }

  /** Deletes a webhook and its events. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/delete')
  @ArmDelete('Webhooks_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(webhookType, this.webhooks, request);
  }

  /** Posts an event of no consequence, to see whether it arrives. */
  @Post(`${ONE}/ping`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/ping/action')
  @HttpCode(200)
  @ArmAction('Webhooks_Ping', { answer: EventInfoWire })
  async ping(@Arm() request: ArmRequest): Promise<EventInfoWire> {
    return this.actions.ping(await this.arm.existing(webhookType, this.webhooks, request), request);
  }

  /** The events of the last thirty days, the newest first, and what came of them. */
  @Post(`${ONE}/listEvents`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/listEvents/action')
  @HttpCode(200)
  @ArmList('Webhooks_ListEvents', 'Event')
  async listEvents(@Arm() request: ArmRequest): Promise<object> {
    return this.actions.listEvents(await this.arm.existing(webhookType, this.webhooks, request), request);
  }

  /** As clients follow `nextLink`: with GET, whatever the first request was. */
  @Get(`${ONE}/listEvents`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/listEvents/read')
  @ApiExcludeEndpoint()
  nextEvents(@Arm() request: ArmRequest): Promise<object> {
    return this.listEvents(request);
  }

  /** The service URI and the custom headers, which nothing else tells. */
  @Post(`${ONE}/getCallbackConfig`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action')
  @HttpCode(200)
  @ArmAction('Webhooks_GetCallbackConfig', { answer: CallbackConfigWire })
  async callbackConfig(@Arm() request: ArmRequest): Promise<CallbackConfigWire> {
    return this.actions.callbackConfig(await this.arm.existing(webhookType, this.webhooks, request));
  }
}
