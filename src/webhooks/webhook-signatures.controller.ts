import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { WebhookSignatures } from './webhook-signatures.js';
import { SignatureSecretWire } from './webhook-signatures.wire.js';
import { webhookType } from './webhook.type.js';
import { WebhooksRepository } from './webhooks.repository.js';

const ONE = `${IN_REGISTRY}/webhooks/:webhookName`;

/** The secrets of signatures, which Azure does not have. */
@ApiTags('Webhooks')
@Controller()
export class WebhookSignaturesController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly webhooks: WebhooksRepository,
    private readonly signatures: WebhookSignatures,
  ) {}

  /** The secret with which messages are signed, and the one before while it is still good. */
  @Post(`${ONE}/getSignatureSecret`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/getSignatureSecret/action')
  @HttpCode(200)
  @ArmAction('Webhooks_GetSignatureSecret', { answer: SignatureSecretWire })
  async getSecret(@Arm() request: ArmRequest): Promise<SignatureSecretWire> {
    return this.signatures.told(await this.arm.existing(webhookType, this.webhooks, request), request);
  }

  /** Makes a new secret. For a day messages are signed with the one before as well. */
  @Post(`${ONE}/rotateSignatureSecret`)
  @Needs('Microsoft.ContainerRegistry/registries/webhooks/rotateSignatureSecret/action')
  @HttpCode(200)
  @ArmAction('Webhooks_RotateSignatureSecret', { answer: SignatureSecretWire })
  async rotateSecret(@Arm() request: ArmRequest): Promise<SignatureSecretWire> {
    await this.arm.existing(webhookType, this.webhooks, request);
    return this.signatures.rotate(request);
  }
}
