import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { Metrics } from '../../src/observability/metrics.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { eventsIn, findable, logOf, PREMIUM, REGISTRIES, told } from '../support/activity-log.js';

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app.close());

const { eventsOf } = eventsIn(() => app);

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
