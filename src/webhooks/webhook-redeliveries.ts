import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import { parseBody } from '../arm/parse-body.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { WebhookObserver } from './webhook-observer.js';
import { sendAgain, sendPeriodAgain, type Period } from './webhook-redeliveries.repository.js';
import { RedeliverWire, type RedeliveredWire } from './webhook-redelivery.wire.js';
import type { Webhook } from './webhook.entity.js';

/** Events that one request may have sent again. */
export const MAX_REDELIVERED = 10_000;

/** Sends events again that were sent already, as they were: the same id, and the same content. */
@Injectable()
export class WebhookRedeliveries {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly observer: WebhookObserver,
  ) {}

  async redeliver(webhook: Webhook, body: unknown): Promise<RedeliveredWire> {
    const asked = askedOf(body);
    const events = asked.id === undefined ? await this.period(webhook, asked) : await this.one(webhook, asked.id);
    this.observer.askedAgain(events);
    return { events };
  }

  private async one(webhook: Webhook, id: string): Promise<number> {
    if (await this.database.transaction((tx) => sendAgain(tx, webhook.id, id))) return 1;
    throw new ArmError(
      'ResourceNotFound',
      `The webhook '${webhook.name}' has no event '${id}'. listEvents tells them.`,
      {
        target: 'id',
      },
    );
  }

  private period(webhook: Webhook, asked: RedeliverWire): Promise<number> {
    const period = this.periodOf(asked);
    return this.database.transaction(async (tx) => {
      const events = await sendPeriodAgain(tx, webhook.id, period, MAX_REDELIVERED + 1);
      if (events <= MAX_REDELIVERED) return events;
      throw new ArmError(
        'InvalidParameter',
        `There are more than ${MAX_REDELIVERED} events in that time. Ask for shorter times, one after the other.`,
        { target: 'from' },
      );
    });
  }

  private periodOf({ from, to, failedOnly = false }: RedeliverWire): Period {
    if (from === undefined)
      throw new ArmError('InvalidParameter', `The body needs an 'id', or the time 'from' which events are meant.`, {
        target: 'from',
      });
    return { from: new Date(from), to: to === undefined ? this.clock.now() : new Date(to), failedOnly };
  }
}

function askedOf(body: unknown): RedeliverWire {
  const parsed = parseBody(RedeliverWire, body);
  if (!('body' in parsed)) {
    throwIfAny(parsed.problems);
    throw new ArmError('InvalidRequestContent', 'The request body cannot be used.');
  }
  const { id, ...period } = parsed.body;
  if (id !== undefined && Object.values(period).some((value) => value !== undefined))
    throw new ArmError('InvalidParameter', `With an 'id' there is no time: leave out the other members.`, {
      target: 'id',
    });
  return parsed.body;
}
