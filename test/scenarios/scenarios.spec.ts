import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARM_ERRORS } from '../../src/arm/arm-error.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { differencesOf, run, scenariosIn } from './scenario.js';
import { WITHOUT_SCENARIO } from './without-scenario.js';

const SCENARIOS = scenariosIn(import.meta.dirname);

describe('scenarios', () => {
  const codes = new Set<string>();
  let app: ArmApp;
  let given: Readonly<Record<string, string>>;

  beforeAll(async () => {
    app = await armApp({
      onExchange: ({ response: { body } }) => {
        for (const [, code] of JSON.stringify(body ?? '').matchAll(/"code":"(\w+)"/g)) codes.add(code!);
      },
    });
    const operator = { tenantId: app.tenantId, displayName: 'Operator', isOperator: true };
    const { appId, objectId } = await app.get(ServicePrincipals).create(app.database, operator);
    given = {
      tokenOfAnotherTenant: await app.token({ tenantId: randomUUID() }),
      tokenForAnotherService: await app.token({ audience: 'https://vault.azure.net' }),
      operatorToken: await app.token({ appId }),
      principalId: objectId,
      expiredToken: await app.token({ expiresInSeconds: -60 }),
    };
  });
  afterAll(() => app?.close());

  it.each(SCENARIOS)('$name', async (scenario) => {
    const { subscription, path: group, name: groupName } = await app.given.group();
    const name = `reg${randomBytes(6).toString('hex')}`;
    const registry = `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
    const differences = await run(app, scenario, {
      ...given,
      origin: app.origin,
      tenantId: app.tenantId,
      subscription: subscription.path,
      freeSubscription: `/subscriptions/${randomUUID()}`,
      group,
      groupName,
      name,
      registry,
    });
    expect(differences).toEqual([]);
  });

  it('meet every error code, but for those that have a reason not to', () => {
    const unmet = Object.keys(ARM_ERRORS).filter((code) => !codes.has(code));
    expect(unmet.sort()).toEqual(Object.keys(WITHOUT_SCENARIO).sort());
  });

  it.each([
    [{ a: 1 }, { a: 1, b: 2 }, []],
    [{ a: 2 }, { a: 1 }, ['body.a is 1, not 2']],
    [[1], [1, 2], ['body.1 is not expected: 2']],
    [{ a: '{{absent}}' }, { a: 1 }, ['body.a is there: 1']],
    [{ a: '{{any}}' }, {}, ['body.a is undefined, not "{{any}}"']],
    [{ a: 'x{{any}}z' }, { a: 'xyz' }, []],
    [{ a: 'x{{any}}z' }, { a: 'xy' }, ['body.a is "xy", not "x{{any}}z"']],
  ])('see what differs of %j and %j', (expected, actual, differences) => {
    expect(differencesOf(expected, actual, 'body', false)).toEqual(differences);
  });
});
