import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventData, EventDataCollection } from '../../src/activity-log/event-data.wire.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { Metrics } from '../../src/observability/metrics.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { armApp, type ArmApp, type GivenSubscription } from '../support/arm-app.js';
import { HandClock } from '../support/hand-clock.js';

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app.close());

const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';
const PREMIUM = { location: 'eastus', sku: { name: 'Premium' } };

const logOf = ({ path }: Pick<GivenSubscription, 'path'>) =>
  `${path}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01`;

const filtered = (subscription: GivenSubscription, filter: string) =>
  `${logOf(subscription)}&$filter=${encodeURIComponent(filter)}`;

async function pageAt(path: string, { token }: GivenSubscription): Promise<EventDataCollection> {
  const { status, body } = await app.request<EventDataCollection>('GET', path, undefined, { token });
  expect(status, `${path} ${JSON.stringify(body)}`).toBe(200);
  return body;
}

async function eventsOf(subscription: GivenSubscription, filter = ''): Promise<readonly EventData[]> {
  return (await pageAt(filtered(subscription, filter), subscription)).value;
}

const told = ({ operationName, status, subStatus, properties }: EventData) =>
  [operationName.value.replace('Microsoft.', ''), status.value, subStatus.value, properties['errorCode']]
    .filter(Boolean)
    .join(' ');

/** Options of a request of the subscription's tenant that can be found in the log. */
const findable = ({ token }: GivenSubscription, correlationId: string = randomUUID()) => ({
  token,
  headers: { 'x-ms-correlation-request-id': correlationId },
});

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

describe('the record of a write', () => {
  it('is written in the transaction of the write', async () => {
    const { subscription, path: group } = await app.given.group();
    const path = `${group}/${REGISTRIES}/same12345`;
    await app.request('PUT', path, PREMIUM, findable(subscription));
    const [written] = await app.sql<{ resource: string; event: string }>(
      `select r.xmin::text as resource, (select xmin::text from activity_log where resource_key = $2) as event
         from registries r where subscription_id = $1`,
      [subscription.id, path.toLowerCase()],
    );
    expect(written?.event).toBe(written?.resource);
    await app.settle();
    const [ended] = await app.sql<{ operation: string; event: string }>(
      `select o.xmin::text as operation, e.xmin::text as event from operations o, activity_log e
        where o.subscription_id = $1 and e.operation_id = o.id and e.status = 'Succeeded'`,
      [subscription.id],
    );
    expect(ended?.event).toBe(ended?.operation);
  });

  it('says of a write that could not be committed that it failed, and nothing else', async () => {
    const { subscription, path: group } = await app.given.group();
    await app.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`);
    await app.sql(`create constraint trigger refuse after insert on operations deferrable initially deferred
                   for each row execute function refuse()`);
    try {
      const path = `${group}/${REGISTRIES}/uncommitted12345`;
      const put = await app.request('PUT', path, PREMIUM, findable(subscription, 'uncommitted'));
      expect(put.status).toBe(500);
    } finally {
      await app.sql('drop function refuse cascade');
    }
    const events = await eventsOf(subscription, "correlationId eq 'uncommitted'");
    expect(events.map(told)).toEqual([
      'ContainerRegistry/registries/write Failed InternalServerError InternalServerError',
    ]);
  });

  it('keeps a write from being accepted when it cannot be written, and lets a refusal pass', async () => {
    const { subscription, path: group } = await app.given.group();
    const lost = async () => /berth_activity_events_lost_total (\d+)/.exec(await app.get(Metrics).text())?.[1];
    await app.sql(`alter table activity_log add constraint poisoned check (correlation_id <> 'poison') not valid`);
    try {
      const options = findable(subscription, 'poison');
      const path = `${group}/${REGISTRIES}/unrecorded12345`;
      expect((await app.request('PUT', path, {}, options)).status).toBe(400);
      expect(await lost()).toBe('1');
      expect((await app.request('PUT', path, PREMIUM, options)).status).toBe(500);
      expect((await app.request('GET', path, undefined, options)).status).toBe(404);
      expect(await lost()).toBe('2');
    } finally {
      await app.sql('alter table activity_log drop constraint poisoned');
    }
  });

  it('is corrected when what follows the commit is refused', async () => {
    const { path, group } = await app.given.registry();
    const hook = `${path}/webhooks/gone12345`;
    const properties = { serviceUri: 'https://hooks.example.com/', actions: ['push'] };
    await app.request('PUT', hook, { location: 'eastus', properties }, findable(group.subscription));
    await app.sql(`create function vanish() returns trigger language plpgsql as $$ begin return null; end $$`);
    await app.sql('create trigger vanish before insert on webhook_events for each row execute function vanish()');
    try {
      const ping = await app.request('POST', `${hook}/ping`, undefined, findable(group.subscription, 'ping'));
      expect(ping.status).toBe(404);
    } finally {
      await app.sql('drop function vanish cascade');
    }
    const events = await eventsOf(group.subscription, "correlationId eq 'ping'");
    expect(events.map(told)).toEqual([
      'ContainerRegistry/registries/webhooks/ping/action Failed NotFound ResourceNotFound',
    ]);
  });
});

describe('a write route', () => {
  const verbs = [RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE, RequestMethod.POST];

  function writeRoutes(): { readonly method: string; readonly path: string }[] {
    const scanner = app.get(MetadataScanner);
    const textsOf = (target: object) => [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();
    return app
      .get(DiscoveryService)
      .getControllers()
      .flatMap(({ metatype }) => {
        if (!metatype) return [];
        const prototype = metatype.prototype as Record<string, object>;
        return scanner.getAllMethodNames(prototype).flatMap((name) => {
          const handler = prototype[name] ?? {};
          const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
          if (method === undefined || !verbs.includes(method)) return [];
          return textsOf(metatype).flatMap((above) =>
            textsOf(handler).map((below) => ({
              method: RequestMethod[method],
              path: `/${above}/${below}`.replaceAll(/\/+/g, '/').replace(/\/$/, ''),
            })),
          );
        });
      })
      .filter(({ path }) => /^\/subscriptions\//i.test(path));
  }

  it('leaves exactly one event, whichever it is', async () => {
    const routes = writeRoutes();
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path: route } of routes) {
      const subscription = await app.given.subscription();
      const path = route.replace(/:subscriptionId/i, subscription.id).replaceAll(/:\w+/g, 'unknown12345');
      const answer = await app.request(method, path, {}, findable(subscription, route));
      const rows = await app.sql<{ method: string; status: number }>(
        `select detail->>'method' as method, (detail->>'statusCode')::int as status from activity_log where subscription_id = $1`,
        [subscription.id],
      );
      expect(rows, `${method} ${route}`).toEqual([{ method, status: answer.status }]);
    }
  });
});

describe('who may read the activity log', () => {
  it('is the tenant of the subscription alone, and nobody else can write into it', async () => {
    const ours = await app.given.subscription();
    const foreign = await app.given.subscription({ tenantId: randomUUID() });
    const read = await app.request('GET', logOf(ours), undefined, { token: foreign.token });
    expect(read.status).toBe(401);
    const write = await app.request(
      'PUT',
      `${ours.path}/resourceGroups/theirs`,
      { location: 'eastus' },
      findable(foreign),
    );
    expect(write.status).toBe(401);
    const nowhere = { ...ours, path: `/subscriptions/${randomUUID()}` };
    const lost = await app.request('PUT', `${nowhere.path}/resourceGroups/g`, { location: 'eastus' }, findable(ours));
    expect(lost.status).toBe(404);
    expect((await app.request('GET', logOf(nowhere), undefined, { token: ours.token })).status).toBe(404);
    const found = await app.sql('select * from activity_log where subscription_id = any($1)', [
      [ours.id, foreign.id, nowhere.path.split('/').at(-1)],
    ]);
    expect(found).toEqual([]);
  });

  it('is told what an operator of another tenant did to the subscription', async () => {
    const ours = await app.given.subscription();
    const tenantId = randomUUID();
    const operator = { tenantId, displayName: 'Operator', isOperator: true };
    const { appId } = await app.get(ServicePrincipals).create(app.database, operator);
    const body = { state: 'Warned', properties: { tenantId: ours.tenantId } };
    const token = await app.token({ tenantId, appId });
    expect((await app.request('PUT', ours.path, body, { apiVersion: '2.0', token })).status).toBe(200);
    const own = await app.request('PUT', ours.path, body, { apiVersion: '2.0', token: ours.token });
    const foreign = await app.request('PUT', ours.path, body, {
      apiVersion: '2.0',
      token: await app.token({ tenantId }),
    });
    expect([own.status, foreign.status]).toEqual([403, 403]);

    const events = await eventsOf(ours);
    expect(events.map(told).toReversed()).toEqual([
      'Resources/subscriptions/write Succeeded OK',
      'Resources/subscriptions/write Failed Forbidden AuthorizationFailed',
    ]);
    expect(events.at(-1)?.claims).toMatchObject({ tid: tenantId, appid: appId });
    expect(events[0]?.claims['tid']).toBe(ours.tenantId);
  });

  it('is nobody without a token', async () => {
    const ours = await app.given.subscription();
    expect((await app.request('GET', logOf(ours), undefined, { token: null })).status).toBe(401);
    expect((await app.request('DELETE', `${ours.path}/resourceGroups/a`, undefined, { token: null })).status).toBe(401);
    expect(await eventsOf(ours)).toEqual([]);
  });
});

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
