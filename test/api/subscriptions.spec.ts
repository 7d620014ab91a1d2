import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface Page {
  readonly value: readonly { readonly subscriptionId: string }[];
  readonly nextLink?: string;
}

describe('subscriptions', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_REGIONS: 'westeurope,local' } });
  });
  afterAll(() => app?.close());

  it('are shown to their tenant', async () => {
    const { id, path, tenantId } = await app.given.subscription({ displayName: 'Shop' });
    expect(await app.request('GET', path)).toMatchObject({
      status: 200,
      body: {
        id: path,
        subscriptionId: id,
        tenantId,
        displayName: 'Shop',
        state: 'Enabled',
        subscriptionPolicies: {
          locationPlacementId: 'Public_2014-09-01',
          quotaId: 'PayAsYouGo_2014-09-01',
          spendingLimit: 'Off',
        },
        authorizationSource: 'RoleBased',
        managedByTenants: [],
        tags: {},
      },
    });
  });

  it('are listed page by page, those of the own tenant only', async () => {
    const tenantId = randomUUID();
    const made = [];
    for (let count = 0; count < 5; count++) made.push(await app.given.subscription({ tenantId }));
    await app.given.subscription();
    await app.sql(`update subscriptions set state = 'Deleted' where id = $1`, [made[4]!.id]);
    const token = made[0]!.token;
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let next: string | undefined = '/subscriptions?$top=2'; next;) {
      const { status, body }: { status: number; body: Page } = await app.request<Page>('GET', next, undefined, {
        token,
      });
      expect(status).toBe(200);
      seen.push(...body.value.map(({ subscriptionId }) => subscriptionId));
      sizes.push(body.value.length);
      next = body.nextLink;
    }
    const expected = made.slice(0, 4).map(({ id }) => id);
    expect(seen).toEqual(expected.sort());
    expect(sizes).toEqual([2, 2]);
  });

  it('are not listed from a made-up place', async () => {
    const made = Buffer.from('not-a-uuid').toString('base64url');
    expect(await app.request('GET', `/subscriptions?$skipToken=${made}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidSkipToken', target: '$skipToken' } },
    });
  });

  it('are of a tenant that shows itself', async () => {
    const { tenantId, token } = await app.given.subscription({ tenantId: randomUUID() });
    const { body } = await app.request('GET', '/tenants', undefined, { token });
    expect(body).toEqual({
      value: [{ id: `/tenants/${tenantId}`, tenantId, displayName: `Tenant ${tenantId}`, tenantCategory: 'Home' }],
    });
  });

  it('have the locations of the settings', async () => {
    const { path } = await app.given.subscription();
    const { status, body } = await app.request('GET', `${path}/locations`);
    const metadata = { regionType: 'Physical', regionCategory: 'Recommended' };
    expect([status, body]).toEqual([
      200,
      {
        value: [
          {
            id: `${path}/locations/westeurope`,
            name: 'westeurope',
            type: 'Region',
            displayName: 'West Europe',
            regionalDisplayName: '(Europe) West Europe',
            metadata: { ...metadata, geographyGroup: 'Europe' },
          },
          {
            id: `${path}/locations/local`,
            name: 'local',
            type: 'Region',
            displayName: 'Local',
            regionalDisplayName: '(Other) Local',
            metadata: { ...metadata, geographyGroup: 'Other' },
          },
        ],
      },
    ]);
  });

  it('may be made twice, but not for two tenants', async () => {
    const { id, tenantId } = await app.given.subscription();
    const subscriptions = app.get(Subscriptions);
    await subscriptions.createSubscription(app.database, { id, tenantId, displayName: 'Again' });
    const other = randomUUID();
    await subscriptions.createTenant(app.database, { id: other, displayName: 'Other' });
    await expect(
      subscriptions.createSubscription(app.database, { id, tenantId: other, displayName: 'Mine' }),
    ).rejects.toThrow(`belongs to tenant ${tenantId}`);
  });

  describe('are refused', () => {
    const nobody = '00000000-0000-0000-0000-000000000000';

    it('to a token of another tenant, whatever is asked', async () => {
      const { path } = await app.given.group();
      const tenantId = randomUUID();
      const token = await app.token({ tenantId });
      const paths = [path, `${path}/resources`, path.replace(/\/resourceGroups.*/, '')];
      const answers = await Promise.all(paths.map((asked) => app.request('GET', asked, undefined, { token })));
      expect(answers.map(({ status, body, headers }) => [status, body['error'], headers['www-authenticate']])).toEqual(
        paths.map(() => [
          401,
          { code: 'InvalidAuthenticationTokenTenant', message: expect.stringContaining(`wrong tenant '${tenantId}'`) },
          expect.stringMatching(/^Bearer .*error="invalid_token"/),
        ]),
      );
    });

    it.each([
      ['no token', '/subscriptions', { token: null }, 401, 'AuthenticationFailed'],
      ['an id that is no UUID', '/subscriptions/production', {}, 400, 'InvalidSubscriptionId'],
      ['an id that nobody has', `/subscriptions/${nobody}`, {}, 404, 'SubscriptionNotFound'],
      ['no api-version', '/subscriptions', { apiVersion: null }, 400, 'MissingApiVersionParameter'],
      ['an unknown api-version', '/tenants?API-version=2999-01-01', {}, 400, 'InvalidApiVersionParameter'],
      [
        'no api-version below',
        `/subscriptions/${nobody}/locations`,
        { apiVersion: null },
        400,
        'MissingApiVersionParameter',
      ],
      ['a NUL in the path', `/subscriptions/${nobody}/resourceGroups/a%00b`, {}, 404, 'InvalidResourceType'],
      ['an empty page', '/subscriptions?$top=0', {}, 400, 'InvalidParameter'],
    ])('with %s', async (_what, path, options, status, code) => {
      const answer = await app.request('GET', path, undefined, options);
      expect([answer.status, answer.body]).toEqual([status, { error: expect.objectContaining({ code }) }]);
    });

    it('with a token that has expired', async () => {
      const token = await app.token({ expiresInSeconds: -1 });
      const answer = await app.request('GET', '/subscriptions', undefined, { token });
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'ExpiredAuthenticationToken' } } });
    });
  });

  it.each([
    ['Registered', 200, 200, 202],
    ['Warned', 200, 409, 202],
    ['Suspended', 200, 409, 202],
    ['Unregistered', 200, 409, 409],
    ['Deleted', 404, 404, 404],
  ])('in state %s answer GET %i, PUT %i and DELETE %i', async (state, get, put, remove) => {
    const { path, subscription } = await app.given.group();
    await app.sql(`update subscriptions set state = $1 where id = $2`, [state, subscription.id]);
    const answers = [
      await app.request('GET', path),
      await app.request('PUT', path, { location: 'westeurope' }),
      await app.request('DELETE', path),
    ];
    expect(answers.map(({ status }) => status)).toEqual([get, put, remove]);
  });
});
