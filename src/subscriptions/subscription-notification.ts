import type { Problem } from '../arm/arm-error.js';
import { parseUuid } from '../arm/uuid.js';
import { SUBSCRIPTION_STATES, type SubscriptionState } from './subscription-state.js';

/** What a notification says that matters here. */
export interface Notified {
  readonly state: SubscriptionState;
  readonly tenantId: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Reads the body of a notification. Members that nobody here needs are let be: the notifier has more than we know. */
export function parseNotification(
  body: unknown,
): { readonly notified: Notified } | { readonly problems: readonly Problem[] } {
  if (!isObject(body))
    return { problems: [{ code: 'InvalidRequestContent', message: 'The request needs a JSON object as its body.' }] };
  const { state, registrationDate, properties } = body;
  const tenantId = isObject(properties) ? textOf(properties['tenantId']) : undefined;
  const known = Object.keys(SUBSCRIPTION_STATES) as SubscriptionState[];
  const found = known.find((name) => name === state);
  const tenant = parseUuid(tenantId);
  const problems = [
    ...(found ? [] : [wrong('state', `it must be one of ${known.join(', ')}`)]),
    ...(tenant ? [] : [wrong('properties.tenantId', 'it must be the id of the tenant, a UUID')]),
    ...(registrationDate === undefined || isTime(registrationDate)
      ? []
      : [wrong('registrationDate', 'it must be a time, such as 2026-01-31T12:00:00Z')]),
  ];
  return found && tenant && problems.length === 0 ? { notified: { state: found, tenantId: tenant } } : { problems };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function wrong(target: string, message: string): Problem {
  return { code: 'InvalidParameter', target, message: `'${target}': ${message}.` };
}
