import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import { queryParameter, type ArmRequest } from '../arm/arm-request.js';
import { servedVersion } from '../arm/api-version.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Scopes } from '../arm/scopes.js';
import { isUuid } from '../arm/uuid.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import type { ActivityEvent } from './activity-event.entity.js';
import { activityFilterOf } from './activity-filter.js';
import { listEvents, type EventQuery } from './activity-log.repository.js';
import { eventToWire } from './event-data.js';
import type { EventData, EventDataCollection } from './event-data.wire.js';
import { keptSince } from '../work/weeks.js';

export const ACTIVITY_LOG_VERSIONS: ReadonlyMap<string, true> = new Map([['2015-04-01', true]]);

const FROM_THE_NEWEST: EventQuery['before'] = {
  eventTimestamp: 'infinity',
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** Members that `$select` can name: all that an event can have. */
const MEMBERS: readonly (keyof EventData)[] = [
  'authorization',
  'caller',
  'channels',
  'claims',
  'correlationId',
  'eventDataId',
  'eventName',
  'category',
  'eventTimestamp',
  'id',
  'level',
  'operationId',
  'operationName',
  'resourceGroupName',
  'resourceProviderName',
  'resourceId',
  'resourceType',
  'status',
  'subStatus',
  'subscriptionId',
  'tenantId',
  'submissionTimestamp',
  'httpRequest',
  'properties',
];

/** What was asked to be changed in a subscription, by whom, and what came of it. */
@Injectable()
export class ActivityLog {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async list({ id, caller, apiVersion, query, url }: ArmRequest): Promise<EventDataCollection> {
    servedVersion(ACTIVITY_LOG_VERSIONS, apiVersion, { type: 'eventtypes' });
    const page = pageOf(query);
    const before = cursorOf(page.after);
    const filter = activityFilterOf(queryParameter(query, '$filter') ?? '');
    const members = membersOf(queryParameter(query, '$select'));
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    const now = this.clock.now();
    const found = await listEvents(this.database, {
      subscriptionId: id.subscriptionId,
      tenantId: caller.tenantId,
      from: latest(filter.from, keptSince(now, this.config.activityLogDays)),
      to: filter.to ?? new Date(8.64e15),
      before,
      limit: page.limit + 1,
      resourceKey: filter.resourceId?.toLowerCase(),
      groupKey: filter.resourceGroupName?.toLowerCase(),
      providerKey: filter.resourceProvider?.toLowerCase(),
      correlationId: filter.correlationId,
      callerKey: filter.caller?.toLowerCase(),
      statusKey: filter.status?.toLowerCase(),
    });
    return listBody(found, page, url, keyOf, (event) => selected(eventToWire(event), members));
  }
}

function latest(one: Date | undefined, other: Date): Date {
  return one && one > other ? one : other;
}

function keyOf({ eventTimestamp, id }: ActivityEvent): string {
  return `${eventTimestamp.toISOString()} ${id}`;
}

function cursorOf(key: string): EventQuery['before'] {
  if (key === '') return FROM_THE_NEWEST;
  const [time = '', id = ''] = key.split(' ');
  const eventTimestamp = new Date(time);
  const isOurs = !Number.isNaN(eventTimestamp.getTime()) && eventTimestamp.toISOString() === time && isUuid(id);
  if (isOurs) return { eventTimestamp, id };
  throw new ArmError('InvalidSkipToken', 'The $skipToken is not one of this list. Follow nextLink unchanged.', {
    target: '$skipToken',
  });
}

/** Reads `$select`; undefined means everything. */
function membersOf(select: string | undefined): readonly (keyof EventData)[] | undefined {
  const wanted = (select ?? '').split(',').flatMap((name) => name.trim() || []);
  if (wanted.length === 0) return undefined;
  return wanted.map((name) => {
    const found = MEMBERS.find((known) => known.toLowerCase() === name.toLowerCase());
    if (found) return found;
    throw new ArmError('InvalidParameter', `$select knows ${MEMBERS.join(', ')}, not '${name}'.`, {
      target: '$select',
    });
  });
}

function selected(event: EventData, members: readonly (keyof EventData)[] | undefined): EventData {
  if (!members) return event;
  return Object.fromEntries(
    members.flatMap((name) => (name in event ? [[name, event[name]]] : [])),
  ) as unknown as EventData;
}
