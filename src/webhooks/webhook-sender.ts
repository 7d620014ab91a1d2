import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { Config } from '../config/config.js';
import { allowedBy, OutboundAddresses } from '../outbound/addresses.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { Clock } from '../work/clock.js';
import { messageOf } from './event-message.js';
import { post } from './post-event.js';
import { signatureOf } from './signature.js';
import type { EventContent, ReceivedMessage, SentMessage } from './webhook-event.entity.js';
import type { Addressee } from './webhooks.repository.js';

/** An event on its way to one webhook. */
export interface Delivery {
  /** The same for every attempt. */
  readonly id: string;
  readonly content: EventContent;
}

export interface Sent {
  readonly request: SentMessage;
  readonly response: ReceivedMessage;
}

/** Posts events to receivers, wherever customers say that these are and the operator lets them be. */
@Injectable()
export class WebhookSender implements OnModuleDestroy {
  private readonly agents: OutboundAgents;
  private readonly signs: boolean;

  constructor(
    config: Config,
    private readonly clock: Clock,
  ) {
    this.agents = new OutboundAgents(new OutboundAddresses(allowedBy(config.webhookAllow, config)));
    this.signs = config.webhookSignatures === 'on';
  }

  /** As `post`: what goes wrong on the way is told in the answer. */
  async send(
    { callback, signatureSecrets }: Omit<Addressee, 'id'>,
    { id, content }: Delivery,
    signal: AbortSignal,
  ): Promise<Sent> {
    const message = messageOf(callback, content, (body) => {
      if (!this.signs) return {};
      const signature = signatureSecrets && signatureOf(body, signatureSecrets, this.clock.now());
      return { 'Berth-Delivery': id, ...(signature ? { 'Berth-Signature': signature } : {}) };
    });
    return { request: message.told, response: await post(message, signal, this.agents) };
  }

  onModuleDestroy(): void {
    this.agents.close();
  }
}
