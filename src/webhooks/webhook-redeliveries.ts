import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { Scopes } from '../arm/scopes.js';
import { Database, type Tx } from '../database/database.js';
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
    private readonly scopes: Scopes,
  ) {}

  async redeliver(webhook: Webhook, { id, caller, body }: ArmRequest): Promise<RedeliveredWire> {
    const asked = askedOf(body);
    const sendAll = this.sending(webhook, asked);
    const events = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id, caller);
      return sendAll(tx);
    });
    this.observer.askedAgain(events);
    return { events };
  }

  /** Answers how many it was. */
  private sending(webhook: Webhook, asked: RedeliverWire): (tx: Tx) => Promise<number> {
    const { id } = asked;
    if (id !== undefined) return (tx) => this.one(tx, webhook, id);
    const period = this.periodOf(asked);
    return (tx) => this.period(tx, webhook, period);
  }

  private async one(tx: Tx, webhook: Webhook, id: string): Promise<number> {
    if (await sendAgain(tx, webhook.id, id)) return 1;
    throw new ArmError(
      'ResourceNotFound',
      `The webhook '${webhook.name}' has no event '${id}'. listEvents tells them.`,
      {
        target: 'id',
      },
    );
  }

  private async period(tx: Tx, webhook: Webhook, period: Period): Promise<number> {
    const events = await sendPeriodAgain(tx, webhook.id, period, MAX_REDELIVERED + 1);
    if (events <= MAX_REDELIVERED) return events;
    throw new ArmError(
      'InvalidParameter',
      `There are more than ${MAX_REDELIVERED} events in that time. Ask for shorter times, one after the other.`,
      { target: 'from' },
    );
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
