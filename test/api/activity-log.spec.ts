import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDataCollection } from '../../src/activity-log/event-data.wire.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { eventsIn, findable, logOf, PREMIUM, REGISTRIES, told } from '../support/activity-log.js';
import { HandClock } from '../support/hand-clock.js';

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app.close());

const { eventsOf } = eventsIn(() => app);

describe('the activity log', () => {
  it('tells of every step in the life of a registry', async () => {
    const { subscription, path: group } = await app.given.group();
    const correlationId = randomUUID();
    const options = findable(subscription, correlationId);
    const path = `${group}/${REGISTRIES}/life12345`;
    await app.request('PUT', path, PREMIUM, options);
    await app.settle();
    await app.request('PATCH', path, { tags: { a: 'b' } }, options);
    await app.request('POST', `${path}/listCredentials`, undefined, options);
    await app.request('GET', path, undefined, options);
    await app.request('DELETE', path, undefined, options);
    await app.settle();
    await app.request('DELETE', path, undefined, options);

    const events = await eventsOf(subscription, `correlationId eq '${correlationId}'`);
    expect(events.map(told).toReversed()).toEqual([
      'ContainerRegistry/registries/write Accepted Created',
      'ContainerRegistry/registries/write Succeeded',
      'ContainerRegistry/registries/write Succeeded OK',
      'ContainerRegistry/registries/listCredentials/action Failed BadRequest UnAuthorizedForCredentialOperations',
      'ContainerRegistry/registries/delete Accepted Accepted',
      'ContainerRegistry/registries/delete Succeeded',
      'ContainerRegistry/registries/delete Succeeded NoContent',
    ]);
  });

  it('says who asked for what and when, in the shape of Azure Monitor', async () => {
    const { subscription, path: group, name } = await app.given.group();
    const appId = randomUUID();
    const token = await app.token({ tenantId: subscription.tenantId, appId });
    const headers = { 'x-ms-correlation-request-id': 'why', 'x-ms-client-request-id': 'mine' };
    const path = `${group.replace('resourceGroups', 'RESOURCEGROUPS')}/providers/microsoft.containerregistry/Registries/Shape12345`;
    const put = await app.request('PUT', path, PREMIUM, { token, headers });
    expect(put.status).toBe(201);

    const [event, ...others] = await eventsOf(subscription, "correlationId eq 'why'");
    expect(others).toEqual([]);
    const resourceId = `${group}/${REGISTRIES}/Shape12345`;
    const time = event?.eventTimestamp ?? '';
    const both = (value: string, localizedValue = value) => ({ value, localizedValue });
    expect(Math.abs(Date.now() - new Date(time).getTime())).toBeLessThan(60_000);
    expect(event).toEqual({
      authorization: { action: 'Microsoft.ContainerRegistry/registries/write', scope: resourceId },
      caller: appId,
      channels: 'Operation',
      claims: { oid: expect.any(String), tid: subscription.tenantId, appid: appId, name: appId, idtyp: 'Application' },
      correlationId: 'why',
      eventDataId: expect.any(String),
      eventName: both('EndRequest', 'End request'),
      category: both('Administrative'),
      eventTimestamp: time,
      id: `${resourceId}/events/${event?.eventDataId}/ticks/${(BigInt(Date.parse(time)) + 62_135_596_800_000n) * 10_000n}`,
      level: 'Informational',
      operationId: /registries-([0-9a-f-]{36})/.exec(String(put.headers['azure-asyncoperation']))?.[1],
      operationName: both('Microsoft.ContainerRegistry/registries/write'),
      resourceGroupName: name,
      resourceProviderName: both('Microsoft.ContainerRegistry'),
      resourceId,
      resourceType: both('Microsoft.ContainerRegistry/registries'),
      status: both('Accepted'),
      subStatus: both('Created', 'Created (HTTP Status Code: 201)'),
      subscriptionId: subscription.id,
      tenantId: subscription.tenantId,
      submissionTimestamp: time,
      httpRequest: { clientRequestId: 'mine', clientIpAddress: '127.0.0.1', method: 'PUT' },
      properties: { statusCode: 'Created' },
    });
    await app.settle();
    const [ended] = await eventsOf(subscription, "correlationId eq 'why' and status eq 'Succeeded'");
    expect(ended).toEqual({
      ...event,
      eventDataId: ended?.eventDataId,
      eventTimestamp: ended?.eventTimestamp,
      submissionTimestamp: ended?.eventTimestamp,
      id: expect.stringContaining(`${resourceId}/events/${ended?.eventDataId}/ticks/`),
      status: both('Succeeded'),
      subStatus: both(''),
      properties: {},
    });
  });

  it('tells of refusals, with the code and without the message', async () => {
    const { subscription, path: group } = await app.given.group();
    const options = findable(subscription);
    await app.request('PUT', `${group}/${REGISTRIES}/refused12345`, { ...PREMIUM, secret: 'hunter2' }, options);
    await app.request('DELETE', `${subscription.path}/resourceGroups/absent`, undefined, options);
    await app.request('PUT', `${subscription.path}/resourceGroups/old`, {}, { ...options, apiVersion: '1999-01-01' });
    await app.request('POST', `${group}/${REGISTRIES}/absent12345/regenerateCredential`, { name: 'password' }, options);
    const events = await eventsOf(subscription, "status eq 'Failed'");
    expect(events.map(told).toReversed()).toEqual([
      'ContainerRegistry/registries/write Failed BadRequest InvalidParameter',
      'Resources/subscriptions/resourceGroups/delete Failed NotFound ResourceGroupNotFound',
      'Resources/subscriptions/resourceGroups/write Failed BadRequest InvalidApiVersionParameter',
      'ContainerRegistry/registries/regenerateCredential/action Failed NotFound ResourceNotFound',
    ]);
    expect(events.map(({ level }) => level)).toEqual(['Error', 'Error', 'Error', 'Error']);
    expect(JSON.stringify(events)).not.toMatch(/hunter2|secret/);
  });

  it('says that a creation was canceled by the deletion that overtook it', async () => {
    const { subscription, path: group } = await app.given.group();
    const path = `${group}/${REGISTRIES}/overtaken12345`;
    await app.request('PUT', path, PREMIUM, findable(subscription));
    await app.request('DELETE', path, undefined, findable(subscription));
    const [canceled] = await eventsOf(subscription, "status eq 'Canceled'");
    const [created] = await eventsOf(
      subscription,
      `resourceUri eq '${path}' and correlationId eq '${canceled?.correlationId}'`,
    ).then((events) => events.filter(({ status }) => status.value === 'Accepted'));
    expect(canceled && told(canceled)).toBe('ContainerRegistry/registries/write Canceled OperationCanceled');
    expect(canceled?.operationId).toBe(created?.operationId);
    expect(canceled?.level).toBe('Warning');
    await app.settle();
    expect(
      await app.sql('select * from activity_log_operations where subscription_id = $1', [subscription.id]),
    ).toEqual([]);
  });

  it('keeps nothing of bodies', async () => {
    const { path, group } = await app.given.registry();
    const options = findable(group.subscription);
    const properties = {
      serviceUri: 'https://hooks.example.com/hush-uri',
      customHeaders: { Authorization: 'hush-header' },
      actions: ['push'],
    };
    const put = await app.request('PUT', `${path}/webhooks/hooks12345`, { location: 'eastus', properties }, options);
    await app.request('POST', `${path}/webhooks/hooks12345/getCallbackConfig?hush=hush`, undefined, options);
    expect(put.status).toBe(200);
    const rows = await app.sql<{ row: string }>(
      'select activity_log::text as row from activity_log where subscription_id = $1',
      [group.subscription.id],
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.filter(({ row }) => row.includes('hush'))).toEqual([]);
  });
});

describe('what is older than the days for which events are kept', () => {
  it('is not told any more, and gone from the table when its week is over', async () => {
    const clock = new HandClock();
    const aged = await armApp({ clock, settings: { BERTH_ACTIVITY_LOG_DAYS: '3' } });
    try {
      const subscription = await aged.given.subscription();
      const group = `${subscription.path}/resourceGroups/old`;
      await aged.request('PUT', group, { location: 'eastus' }, { token: subscription.token });
      const since = encodeURIComponent("eventTimestamp ge '2020-01-01'");
      const toldAfter = async (days: number) => {
        clock.pass(days * 24 * 3_600);
        const { tenantId } = subscription;
        const token = await aged.token({ tenantId });
        const { body } = await aged.request<EventDataCollection>(
          'GET',
          `${logOf(subscription)}&$filter=${since}`,
          undefined,
          { token },
        );
        return body.value.map(({ resourceId }) => resourceId);
      };
      const kept = async () => {
        await aged.get(Sweeps).runAll();
        return (await aged.sql('select from activity_log')).length;
      };
      expect(await toldAfter(2)).toEqual([group]);
      expect(await kept()).toBe(1);
      expect(await toldAfter(1.5)).toEqual([]);
      expect(await toldAfter(4)).toEqual([]);
      expect(await kept()).toBe(0);
    } finally {
      await aged.close();
    }
  });
});
