import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { LeaseLost, whileHeld } from '../work/held-claim.js';
import { Sweeps } from '../work/sweeps.js';
import { WorkQueues } from '../work/work-queues.js';
import { isTaken, isWorthRetrying } from './post-event.js';
import type { ReceivedMessage, SentMessage } from './webhook-event.entity.js';
import {
  EVENTS_CHANNEL,
  eventLeases,
  finishEvent,
  forgetEvents,
  recordAttempt,
  type ClaimedEvent,
} from './webhook-events.repository.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Deliveries that one process has under way; they mostly wait for their receivers. */
const CONCURRENCY = 32;
/** Days for which an event can be listed. */
const EVENTS_KEPT_DAYS = 7;
/** Attempts before an event is given up. With the delays below that is about an hour and a half. */
export const MAX_DELIVERY_ATTEMPTS = 8;

interface Attempt {
  readonly request?: SentMessage;
  readonly response: ReceivedMessage;
}

/** Posts the events of webhooks, at least once each. */
@Injectable()
export class WebhookDeliveries implements OnModuleInit {
  private readonly logger = new Logger(WebhookDeliveries.name);

  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksRepository,
    private readonly sender: WebhookSender,
    private readonly queues: WorkQueues,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.queues.register({
      name: 'webhook events',
      channel: EVENTS_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: (stopping) => this.runOnce(stopping),
      nextDueMs: () => eventLeases.nextDueMs(this.database),
    });
    this.sweeps.register({
      name: 'webhook events of the past',
      run: () => forgetEvents(this.database, EVENTS_KEPT_DAYS),
    });
  }

  /** Posts the event that has been due longest; false when none is due. */
  async runOnce(stopping: AbortSignal): Promise<boolean> {
    const event = await eventLeases.claim(this.database);
    if (!event) return false;
    try {
      await whileHeld({ leases: eventLeases, sql: this.database, claim: event }, (lost) =>
        this.deliver(event, lost, stopping),
      );
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.logger.warn({ event: event.id, message: 'The claim was lost; the event will be posted again.' });
    }
    return true;
  }

  private async deliver(event: ClaimedEvent, lost: AbortSignal, stopping: AbortSignal): Promise<void> {
    const attempt = await this.attempt(event, AbortSignal.any([lost, stopping]));
    lost.throwIfAborted();
    if (stopping.aborted) return this.giveBack(event);
    const { response } = attempt;
    const isOver = isTaken(response) || !isWorthRetrying(response) || event.attempts >= MAX_DELIVERY_ATTEMPTS;
    const because = isTaken(response) ? null : [response.statusCode, response.reasonPhrase].filter(Boolean).join(' ');
    await this.database.transaction(async (tx) => {
      const isKept =
        (await recordAttempt(tx, event, attempt)) &&
        (isOver
          ? await finishEvent(tx, event, isTaken(response) ? 'Delivered' : 'Failed', because)
          : await eventLeases.release(tx, event, retryDelayMs(event.attempts), {
              polite: false,
              because: because ?? '',
            }));
      if (!isKept) throw new LeaseLost();
    });
  }

  /** Whatever goes wrong on our side is told as no answer; the log has the details. */
  private async attempt({ id, webhookId, content }: ClaimedEvent, signal: AbortSignal): Promise<Attempt> {
    try {
      const webhook = await this.webhooks.byId(this.database, webhookId);
      if (!webhook) return { response: { reasonPhrase: 'No answer: the webhook is gone' } };
      return await this.sender.send(webhook, { id, content }, signal);
    } catch (error) {
      this.logger.error({ event: id, err: error });
      return { response: { reasonPhrase: 'No answer: the service could not send it' } };
    }
  }

  /** The process ends before the receiver has answered; another one is to begin again at once. */
  private async giveBack(event: ClaimedEvent): Promise<void> {
    const note = { polite: true, because: 'the process ended' };
    if (!(await eventLeases.release(this.database, event, 0, note))) throw new LeaseLost();
  }
}

/** 1 s, 4 s, 16 s … at most an hour, with up to half of it added at random so that receivers are not all tried at once. */
export function retryDelayMs(attempts: number, random = Math.random()): number {
  return Math.min(3_600_000, 1_000 * 4 ** (attempts - 1)) * (1 + random / 2);
}
