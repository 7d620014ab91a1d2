import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { EventData, EventDataCollection } from '../../src/activity-log/event-data.wire.js';
import type { ArmApp, GivenSubscription } from './arm-app.js';

export const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';
export const PREMIUM = { location: 'eastus', sku: { name: 'Premium' } };

export const logOf = ({ path }: Pick<GivenSubscription, 'path'>) =>
  `${path}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01`;

export const filtered = (subscription: GivenSubscription, filter: string) =>
  `${logOf(subscription)}&$filter=${encodeURIComponent(filter)}`;

/** What the activity log says. */
export function eventsIn(app: () => ArmApp) {
  async function pageAt(path: string, { token }: GivenSubscription): Promise<EventDataCollection> {
    const { status, body } = await app().request<EventDataCollection>('GET', path, undefined, { token });
    expect(status, `${path} ${JSON.stringify(body)}`).toBe(200);
    return body;
  }

  async function eventsOf(subscription: GivenSubscription, filter = ''): Promise<readonly EventData[]> {
    return (await pageAt(filtered(subscription, filter), subscription)).value;
  }

  return { pageAt, eventsOf };
}

export const told = ({ operationName, status, subStatus, properties }: EventData) =>
  [operationName.value.replace('Microsoft.', ''), status.value, subStatus.value, properties['errorCode']]
    .filter(Boolean)
    .join(' ');

/** Options of a request of the subscription's tenant that can be found in the log. */
export const findable = ({ token }: GivenSubscription, correlationId: string = randomUUID()) => ({
  token,
  headers: { 'x-ms-correlation-request-id': correlationId },
});
