import { STATUS_CODES } from 'node:http';
import type { ActivityEvent, EventStatus } from './activity-event.entity.js';
import type { EventData, LocalizableString } from './event-data.wire.js';

const LEVELS: Readonly<Record<EventStatus, string>> = {
  Accepted: 'Informational',
  Succeeded: 'Informational',
  Failed: 'Error',
  Canceled: 'Warning',
};

/** Ticks of 100 ns before the epoch, from which .NET counts. */
const TICKS_BEFORE_EPOCH = 621_355_968_000_000_000n;

/** An event as Azure Monitor shows it. */
export function eventToWire(event: ActivityEvent): EventData {
  const { detail, status } = event;
  const time = event.eventTimestamp.toISOString();
  return {
    authorization: { action: detail.operationName, scope: detail.resourceId },
    caller: event.caller,
    channels: 'Operation',
    claims: detail.claims,
    correlationId: event.correlationId,
    eventDataId: event.id,
    eventName: named('EndRequest', 'End request'),
    category: named('Administrative'),
    eventTimestamp: time,
    id: `${detail.resourceId}/events/${event.id}/ticks/${ticksOf(event.eventTimestamp)}`,
    level: LEVELS[status],
    operationId: event.operationId,
    operationName: named(detail.operationName),
    ...(detail.groupName === undefined ? {} : { resourceGroupName: detail.groupName }),
    resourceProviderName: named(detail.provider),
    resourceId: detail.resourceId,
    resourceType: named(detail.resourceType),
    status: named(status),
    subStatus: subStatusOf(detail.statusCode),
    subscriptionId: event.subscriptionId,
    tenantId: event.tenantId,
    submissionTimestamp: time,
    httpRequest: {
      ...(detail.clientRequestId === undefined ? {} : { clientRequestId: detail.clientRequestId }),
      clientIpAddress: detail.clientIpAddress,
      method: detail.method,
    },
    properties: {
      ...(detail.statusCode === undefined ? {} : { statusCode: words(detail.statusCode) }),
      ...(detail.errorCode === undefined ? {} : { errorCode: detail.errorCode }),
    },
  };
}

function subStatusOf(code: number | undefined): LocalizableString {
  return code === undefined
    ? named('')
    : named(words(code), `${STATUS_CODES[code] ?? code} (HTTP Status Code: ${code})`);
}

/** `NotFound` for 404. */
function words(code: number): string {
  return (STATUS_CODES[code] ?? String(code)).replaceAll(/\W/g, '');
}

function named(value: string, localizedValue = value): LocalizableString {
  return { value, localizedValue };
}

function ticksOf(time: Date): bigint {
  return TICKS_BEFORE_EPOCH + BigInt(time.getTime()) * 10_000n;
}
