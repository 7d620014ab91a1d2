import { Injectable } from '@nestjs/common';
import type { ArmRequest } from '../arm/arm-request.js';
import { notFound } from '../arm/refusals.js';
import { Scopes } from '../arm/scopes.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { newSignatureSecrets, rotated, validAt, type SignatureSecrets } from './signature.js';
import type { SignatureSecretWire } from './webhook-signatures.wire.js';
import type { Webhook } from './webhook.entity.js';
import { WEBHOOK_TYPE } from './webhook.type.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** The secrets with which receivers check that messages are from here. */
@Injectable()
export class WebhookSignatures {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly scopes: Scopes,
    private readonly webhooks: WebhooksRepository,
  ) {}

  /** A webhook from before there were secrets gets one. */
  async told(webhook: Webhook, request: ArmRequest): Promise<SignatureSecretWire> {
    const secrets = webhook.signatureSecrets ?? (await this.changed(request, (now) => now ?? newSignatureSecrets()));
    return this.toWire(secrets);
  }

  /** Takes a new secret from the commit on, besides the one before for a while. */
  async rotate(request: ArmRequest): Promise<SignatureSecretWire> {
    return this.toWire(await this.changed(request, (secrets) => rotated(secrets, this.clock.now())));
  }

  private changed(
    { id, caller }: ArmRequest,
    change: (secrets: SignatureSecrets | undefined) => SignatureSecrets,
  ): Promise<SignatureSecrets> {
    return this.database.transaction(async (tx) => {
      const [, webhook] = await tx.together(() => [
        this.scopes.assertWritable(tx, id, caller),
        this.webhooks.lock(tx, id, caller.tenantId),
      ]);
      if (!webhook) throw notFound(WEBHOOK_TYPE, id);
      const signatureSecrets = change(webhook.signatureSecrets);
      await this.webhooks.update(tx, { ...webhook, signatureSecrets });
      return signatureSecrets;
    });
  }

  private toWire(secrets: SignatureSecrets): SignatureSecretWire {
    const { current, previous } = secrets;
    const overlaps = validAt(secrets, this.clock.now()).length > 1;
    return {
      secret: current.reveal(),
      ...(previous && overlaps
        ? { previousSecret: previous.secret.reveal(), previousSecretValidUntil: previous.until.toISOString() }
        : {}),
    };
  }
}
