import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDataCollection } from '../../src/activity-log/event-data.wire.js';
import { armApp, type ArmApp, type GivenSubscription } from '../support/arm-app.js';
import { eventsIn, filtered, findable, logOf, PREMIUM, REGISTRIES } from '../support/activity-log.js';

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app.close());

const { eventsOf, pageAt } = eventsIn(() => app);

describe('a question to the activity log', () => {
  let subscription: GivenSubscription;
  let groups: readonly string[];
  let registry: string;
  beforeAll(async () => {
    subscription = await app.given.subscription();
    groups = ['Its (first)', 'second'];
    for (const name of groups)
      await app.request(
        'PUT',
        `${subscription.path}/resourceGroups/${encodeURIComponent(name)}`,
        { location: 'eastus' },
        findable(subscription, name),
      );
    registry = `${subscription.path}/resourceGroups/second/${REGISTRIES}/asked12345`;
    await app.request('PUT', registry, PREMIUM, findable(subscription, 'third'));
  });

  it.each([
    ['', ['third', 'second', 'Its (first)']],
    ["resourceGroupName eq 'SECOND'", ['third', 'second']],
    ["resourcegroupname EQ 'its (first)'", ['Its (first)']],
    ["resourceProvider eq 'microsoft.containerregistry'", ['third']],
    ['resourceProvider eq Microsoft.Resources', ['second', 'Its (first)']],
    ["correlationId eq 'third' and resourceGroupName eq 'second'", ['third']],
    ["correlationId eq 'third' and status eq 'Succeeded'", []],
    ["status eq 'accepted'", ['third']],
    ["caller eq 'nobody'", []],
    [
      'eventTimestamp ge 2020-01-01T00:00:00Z and eventTimestamp le 2999-01-01T00:00:00Z',
      ['third', 'second', 'Its (first)'],
    ],
    ["eventTimestamp ge '2020-01-01 00:00:00.1234567' and eventTimestamp le '2020-01-01T00:00:00+0100'", 400],
    ["eventTimestamp le '2020-01-01'", []],
    ["eventTimestamp ge '2999-01-01T00:00:00.000Z'", []],
    ["caller eq 'o''brien'", []],
  ])('%s', async (filter, expected) => {
    const { status, body } = await app.request<EventDataCollection>('GET', filtered(subscription, filter), undefined, {
      token: subscription.token,
    });
    expect(status === 200 ? body.value.map(({ correlationId }) => correlationId) : status).toEqual(expected);
  });

  it('can be about one resource, under both names that clients have for it', async () => {
    for (const field of ['resourceUri', 'resourceId']) {
      const found = await eventsOf(subscription, `${field} eq '${registry.toUpperCase()}'`);
      expect(found.map(({ correlationId }) => correlationId)).toEqual(['third']);
    }
  });

  it.each([
    ["name eq 'a'", "it has no field 'name', but eventTimestamp, resourceGroupName"],
    ["status ne 'Failed'", "'status' can be compared with eq, not with 'ne'"],
    ["eventTimestamp gt '2026-01-01'", "'eventTimestamp' can be compared with ge and le, not with 'gt'"],
    ["eventTimestamp ge 'yesterday'", "'yesterday' is not a time such as"],
    ["eventTimestamp ge '2026-02-31T25:00:00Z'", 'is not a time such as'],
    ["status eq 'Failed' or status eq 'Accepted'", "'and' is expected at position 19"],
    ["status eq 'Failed' and", 'is expected at position'],
    ["status eq 'Failed' and status eq 'Accepted'", "'status eq' is there twice"],
    ["resourceId eq 'a' and resourceUri eq 'b'", "'resourceUri eq' is there twice"],
    ["caller eq 'a", 'a condition such as'],
    ["caller eq 'a\0'", 'control character'],
    ['eventTimestamp ge 2026-02-02 and eventTimestamp le 2026-02-01', 'it begins after its end'],
    ["startswith(caller, 'a')", 'a condition such as'],
  ])('is refused when it is: %s', async (filter, message) => {
    const { status, body } = await app.request('GET', filtered(subscription, filter), undefined, {
      token: subscription.token,
    });
    expect(status).toBe(400);
    expect(body).toEqual({
      error: { code: 'InvalidFilter', target: '$filter', message: expect.stringContaining(message) },
    });
  });

  it('can ask for some members of the events only', async () => {
    const { value } = await pageAt(
      `${logOf(subscription)}&$select=Caller, correlationId,resourceGroupName&$top=1`,
      subscription,
    );
    expect(value).toEqual([{ caller: expect.any(String), correlationId: 'third', resourceGroupName: 'second' }]);
    const refused = await app.request('GET', `${logOf(subscription)}&$select=caller,password`, undefined, {
      token: subscription.token,
    });
    expect(refused.body).toMatchObject({ error: { code: 'InvalidParameter', target: '$select' } });
  });

  it.each([
    [undefined, 'MissingApiVersionParameter'],
    ['2022-09-01', 'NoRegisteredProviderFound'],
  ])('needs the api-version of the log, not %s', async (version, code) => {
    const path = logOf(subscription).replace('?api-version=2015-04-01', version ? `?api-version=${version}` : '');
    const { status, body } = await app.request('GET', path, undefined, { token: subscription.token, apiVersion: null });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code, message: expect.stringContaining('2015-04-01') } });
  });

  it('is answered in pages that have each event once while more are written', async () => {
    const busy = await app.given.subscription();
    const write = (n: number) =>
      app.request('PUT', `${busy.path}/resourceGroups/g${n}`, { location: 'eastus' }, findable(busy, `${n}`));
    for (let n = 0; n < 23; n++) await write(n);
    const seen: string[] = [];
    let next: string | undefined = `${logOf(busy)}&$top=5`;
    for (let n = 23; next !== undefined; n++) {
      const page: EventDataCollection = await pageAt(next, busy);
      expect(page.value.length).toBeLessThanOrEqual(5);
      seen.push(...page.value.map(({ correlationId }) => correlationId));
      next = page.nextLink;
      await write(n);
    }
    expect(seen).toEqual(Array.from({ length: 23 }, (_, n) => `${22 - n}`));
    const refused = await app.request('GET', `${logOf(busy)}&$skipToken=bm9wZQ`, undefined, { token: busy.token });
    expect(refused.body).toMatchObject({ error: { code: 'InvalidSkipToken' } });
  });
});
