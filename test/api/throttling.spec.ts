import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Stopwatch } from '../../src/throttling/stopwatch.js';
import { armApp, type ArmApp, type GivenSubscription } from '../support/arm-app.js';

const left = (scope: string, kind: string) => `x-ms-ratelimit-remaining-${scope}-${kind}`;

describe('the limits of requests', () => {
  let app: ArmApp;
  let now = 0;

  beforeAll(async () => {
    app = await armApp({
      settings: { BERTH_READ_LIMIT: '3+1', BERTH_WRITE_LIMIT: '2+1', BERTH_DELETE_LIMIT: '1+1' },
    });
    vi.spyOn(app.get(Stopwatch), 'nowMs').mockImplementation(() => now);
  });
  afterAll(() => app?.close());

  /** Nobody has asked anything of it, and nobody else has its caller. */
  async function given(): Promise<GivenSubscription> {
    const subscription = await app.given.subscription();
    return { ...subscription, token: await app.token({ tenantId: subscription.tenantId }) };
  }

  it('are told with every answer, each kind by itself', async () => {
    const { path, token } = await given();
    const group = `${path}/resourceGroups/limited`;
    const put = await app.request('PUT', group, { location: 'westeurope' }, { token });
    expect([put.status, put.headers[left('subscription', 'writes')]]).toEqual([201, '1']);
    const get = await app.request('GET', group, undefined, { token });
    expect([get.status, get.headers[left('subscription', 'reads')]]).toEqual([200, '2']);
    const missing = await app.request('GET', `${path}/resourceGroups/nothing`, undefined, { token });
    expect([missing.status, missing.headers[left('subscription', 'reads')]]).toEqual([404, '1']);
    const gone = await app.request('DELETE', `${path}/resourceGroups/nothing`, undefined, { token });
    expect(gone.headers[left('subscription', 'deletes')]).toBe('0');
    const tenant = await app.request('GET', '/subscriptions', undefined, { token });
    expect([tenant.status, tenant.headers[left('tenant', 'reads')]]).toEqual([200, '2']);
  });

  it('refuse what is too much, and say in whole seconds when to come again', async () => {
    const { id, path, token } = await given();
    for (let n = 0; n < 3; n++) expect((await app.request('GET', path, undefined, { token })).status).toBe(200);
    const refused = await app.request('GET', path.toUpperCase(), undefined, { token });
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', [left('subscription', 'reads')]: '0' },
      body: {
        error: {
          code: 'SubscriptionRequestsThrottled',
          message: `The caller has sent too many reads in the subscription '${id}'. Send the request again after 1 seconds.`,
        },
      },
    });
    now += 1000;
    expect((await app.request('GET', path, undefined, { token })).status).toBe(200);
    expect((await app.request('GET', path, undefined, { token })).status).toBe(429);
  });

  it('are those of one caller in one subscription', async () => {
    const { tenantId, path, token } = await given();
    const other = await given();
    for (let n = 0; n < 4; n++) await app.request('GET', path, undefined, { token });
    expect((await app.request('GET', path, undefined, { token })).status).toBe(429);
    const colleague = await app.token({ tenantId });
    expect((await app.request('GET', path, undefined, { token: colleague })).status).toBe(200);
    expect((await app.request('GET', other.path, undefined, { token })).status).toBe(200);
  });

  it('are not used up by requests that nobody has signed', async () => {
    const { path, token } = await given();
    for (let n = 0; n < 5; n++) {
      const { status, headers } = await app.request('GET', path, undefined, { token: null });
      expect([status, headers[left('subscription', 'reads')]]).toEqual([401, undefined]);
    }
    const { headers } = await app.request('GET', path, undefined, { token });
    expect(headers[left('subscription', 'reads')]).toBe('2');
  });

  it('do not concern what no route answers', async () => {
    const { path, token } = await given();
    const { status, headers } = await app.request('GET', `${path}/nothing/here`, undefined, { token });
    expect([status, Object.keys(headers).filter((name) => name.includes('ratelimit'))]).toEqual([404, []]);
  });

  it('do not concern what anybody may ask', async () => {
    const { status, headers } = await app.request('GET', '/healthz/live');
    expect([status, Object.keys(headers).filter((name) => name.includes('ratelimit'))]).toEqual([200, []]);
  });

  it('hold outside of subscriptions too, and for ids that are none', async () => {
    const { token } = await given();
    for (let n = 0; n < 3; n++) await app.request('GET', `/subscriptions/none-${n}`, undefined, { token });
    const refused = await app.request('GET', '/tenants', undefined, { token });
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'TenantRequestsThrottled' } } });
  });

  it('are wide by default, and hold nobody up who has not asked for less', async () => {
    const plain = await armApp();
    try {
      const { path } = await plain.given.subscription();
      const { headers } = await plain.request('GET', path);
      expect(headers[left('subscription', 'reads')]).toBe('99999');
    } finally {
      await plain.close();
    }
  });
});
