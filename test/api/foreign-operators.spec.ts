import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { AUDIENCE, oidcProvider, type OidcProvider } from '../support/oidc-provider.js';

describe('an application of another issuer that has every id of an operator', () => {
  let provider: OidcProvider;
  let app: ArmApp;
  let token: string;

  beforeAll(async () => {
    provider = await oidcProvider();
    app = await armApp({ settings: { BERTH_OIDC_ISSUERS: `${provider.issuer};audience=${AUDIENCE}` } });
    const wanted = { tenantId: app.tenantId, displayName: 'Owner', isOperator: true };
    const { appId, objectId } = await app.get(ServicePrincipals).create(app.database, wanted);
    token = await provider.token({ tid: app.tenantId, oid: objectId, appid: appId });
  });
  afterAll(async () => {
    await app?.close();
    await provider?.close();
  });

  it('is a caller of the tenant, and no operator', async () => {
    const asked = [];
    for (const path of ['/subscriptions', '/identity/servicePrincipals', '/identity/users'])
      asked.push((await app.request('GET', path, undefined, { token })).status);
    expect(asked).toEqual([200, 403, 403]);
  });

  it('owns nothing of the tenant', async () => {
    const { path } = await app.given.group();
    const refused = await app.request('PUT', `${path}x`, { location: 'eastus' }, { token });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } });
  });
});
