import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { listBody, pageOf } from '../arm/paging.js';
import { notFound } from '../arm/refusals.js';
import { Scopes } from '../arm/scopes.js';
import { isUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { revealed } from './callback.js';
import { contentOf } from './event-content.js';
import type { CallbackConfigWire, EventInfoWire, EventWire } from './webhook-actions.wire.js';
import { insertPing, listEvents, type EventCursor, type ListedEvent } from './webhook-events.repository.js';
import type { Webhook } from './webhook.entity.js';
import { WEBHOOK_TYPE } from './webhook.type.js';

const FROM_THE_NEWEST: EventCursor = { createdAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** What can be asked of a webhook besides its own record. */
@Injectable()
export class WebhookActions {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly scopes: Scopes,
  ) {}

  callbackConfig({ callback }: Webhook): CallbackConfigWire {
    return revealed(callback);
  }

  /** Also of a webhook that is disabled: it is asked for. */
  async ping(webhook: Webhook, { id: asked, caller }: ArmRequest): Promise<EventInfoWire> {
    const id = randomUUID();
    const content = { id, timestamp: this.clock.now().toISOString(), action: 'ping' as const };
    const isSent = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, asked, caller);
      return insertPing(tx, webhook.id, content);
    });
    if (isSent) return { id };
    throw notFound(WEBHOOK_TYPE, asked);
  }

  /** One page of events, the newest first. */
  async listEvents(webhook: Webhook, { query, url }: ArmRequest): Promise<object> {
    const page = pageOf(query);
    const found = await listEvents(this.database, webhook.id, cursorOf(page.after), page.limit + 1);
    return listBody(found, page, url, keyOf, toWire);
  }
}

function keyOf({ createdAt, id }: ListedEvent): string {
  return `${createdAt.toISOString()} ${id}`;
}

function cursorOf(key: string): EventCursor {
  if (key === '') return FROM_THE_NEWEST;
  const [time = '', id = ''] = key.split(' ');
  const createdAt = new Date(time);
  if (!Number.isNaN(createdAt.getTime()) && createdAt.toISOString() === time && isUuid(id)) return { createdAt, id };
  throw new ArmError('InvalidSkipToken', 'The $skipToken is not one of this list. Follow nextLink unchanged.', {
    target: '$skipToken',
  });
}

function toWire({ request, response, ...event }: ListedEvent): EventWire {
  return {
    id: event.id,
    eventRequestMessage: { content: contentOf(event), ...request },
    ...(response ? { eventResponseMessage: response } : {}),
  };
}
