import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuerList } from '../../src/config/parsers.js';
import { TokenVerifier } from '../../src/identity/token-verifier.js';
import { HandClock } from '../support/hand-clock.js';
import { AUDIENCE, oidcProvider, type OidcProvider } from '../support/oidc-provider.js';

const TENANT = '6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11';
const DISCOVERY = '/.well-known/openid-configuration';
const WHO = { tid: TENANT, oid: 'o-1' };

describe('an OpenID Connect provider', () => {
  let provider: OidcProvider;
  let clock: HandClock;
  let verifier: TokenVerifier;

  beforeEach(async () => {
    provider = await oidcProvider();
    // The provider has the time of the machine.
    clock = new HandClock();
    clock.pass((Date.now() - clock.now().getTime()) / 1000);
    verifier = verifierWith(`;audience=${AUDIENCE}`);
  });
  afterEach(() => provider.close());

  function verifierWith(options: string): TokenVerifier {
    return new TokenVerifier({
      localKey: () => Promise.resolve(undefined),
      issuers: issuerList(`${provider.issuer}${options}`),
      origins: ['https://localhost:8443'],
      clock,
      revocationOf: () => Promise.resolve(undefined),
      hearsRevocations: () => true,
    });
  }

  const caller = () => ({
    tenantId: TENANT,
    objectId: 'o-1',
    appId: 'pipeline',
    name: 'pipeline',
    type: 'Application',
    issuer: provider.issuer,
  });
  const refusal = (code: string, part: string) => ({ code, message: expect.stringContaining(part) });

  it('is believed, and asked for its keys once', async () => {
    const tokens = [await provider.token(WHO), await provider.token(WHO), await provider.token(WHO)];
    expect(await Promise.all(tokens.map((token) => verifier.verify(token)))).toEqual([caller(), caller(), caller()]);
    expect(provider.asked).toEqual([DISCOVERY, '/jwks']);
  });

  it('is believed at once after it changed its keys, and no longer with the former', async () => {
    const former = await provider.token({ ...WHO, n: 1 });
    await verifier.verify(await provider.token(WHO));
    provider.rotate();
    await expect(verifier.verify(await provider.token(WHO))).resolves.toEqual(caller());
    await expect(verifier.verify(former)).rejects.toMatchObject(
      refusal('InvalidAuthenticationToken', 'it names no key of its issuer'),
    );
  });

  it('is not asked without end by tokens that name unknown keys', async () => {
    await verifier.verify(await provider.token(WHO));
    const [header = '', payload = '', signature = ''] = (await provider.token(WHO)).split('.');
    const refused = refusal('InvalidAuthenticationToken', 'it names no key of its issuer');
    for (let n = 0; n < 30; n++) {
      const named = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), kid: `k-${n}` };
      const sent = `${Buffer.from(JSON.stringify(named)).toString('base64url')}.${payload}.${signature}`;
      await expect(verifier.verify(sent)).rejects.toMatchObject(refused);
    }
    expect(provider.asked.filter((path) => path === '/jwks')).toHaveLength(1 + 5);
    provider.rotate();
    const sent = await provider.token(WHO);
    await expect(verifier.verify(sent)).rejects.toMatchObject(refused);
    clock.pass(10);
    await expect(verifier.verify(sent)).resolves.toEqual(caller());
  });

  it('that goes away is believed with the keys that are known, also those of hours ago', async () => {
    await verifier.verify(await provider.token(WHO));
    const token = await provider.token({ ...WHO, exp: clock.now().getTime() / 1000 + 90_000 });
    const unknown = await provider.token({ ...WHO, n: 2 });
    provider.isAway = true;
    for (const seconds of [0, 700, 2_000]) {
      clock.pass(seconds);
      const fresh = seconds === 2_000 ? unknown : token;
      await expect(verifier.verify(fresh)).resolves.toEqual(caller());
    }
  });

  it('that was never there makes its tokens wait, not invalid', async () => {
    const token = await provider.token(WHO);
    provider.isAway = true;
    await expect(verifier.verify(token)).rejects.toMatchObject({ status: 503, ...refusal('ServerTimeout', '503') });
    provider.isAway = false;
    await expect(verifier.verify(token)).resolves.toEqual(caller());
  });

  it('must mean this service by its audience', async () => {
    await expect(verifier.verify(await provider.token(WHO, 'api://other'))).rejects.toMatchObject(
      refusal('InvalidAuthenticationTokenAudience', `Ask for a token for this service: '${AUDIENCE}'.`),
    );
    const azure = 'https://management.azure.com/';
    await expect(verifier.verify(await provider.token(WHO, azure))).rejects.toMatchObject({
      code: 'InvalidAuthenticationTokenAudience',
    });
    await expect(verifierWith('').verify(await provider.token(WHO, azure))).resolves.toEqual(caller());
  });

  it('says tenant and caller in the claims that the settings name', async () => {
    const named = verifierWith(`;audience=${AUDIENCE};tenantClaim=org;objectIdClaim=person`);
    const token = await provider.token({ ...WHO, org: TENANT.toUpperCase(), person: 'p-1' });
    await expect(named.verify(token)).resolves.toEqual({ ...caller(), objectId: 'p-1' });
    await expect(named.verify(await provider.token(WHO))).rejects.toMatchObject(
      refusal('InvalidAuthenticationToken', "the claim 'org'"),
    );
    await expect(named.verify(await provider.token({ org: TENANT, oid: 'o-1' }))).rejects.toMatchObject(
      refusal('InvalidAuthenticationToken', "the claim 'person'"),
    );
    const fixed = verifierWith(`;audience=${AUDIENCE};tenantId=${TENANT}`);
    const foreign = await provider.token({ tid: '00000000-0000-0000-0000-000000000001', oid: 'o-1' });
    await expect(fixed.verify(foreign)).resolves.toEqual(caller());
  });

  it('may have a clock that differs by a minute', async () => {
    const token = await provider.token(WHO);
    const { exp = 0 } = decodeJwt(token);
    clock.pass(exp - clock.now().getTime() / 1000 + 59);
    await expect(verifier.verify(token)).resolves.toEqual(caller());
    clock.pass(2);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ExpiredAuthenticationToken' });
  });

  it('cannot be imitated without its private key', async () => {
    const token = await provider.token(WHO);
    await verifier.verify(token);
    const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: { n: string }[] };
    const { kid } = decodeProtectedHeader(token);
    const [, payload = '', signature = ''] = token.split('.');
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const confused = `${encoded({ alg: 'HS256', kid })}.${payload}`;
    const mac = createHmac('sha256', keys[0]?.n ?? '')
      .update(confused)
      .digest('base64url');
    const changed = encoded({ ...decodeJwt(token), oid: 'somebody-else' });
    const forged = [
      `${confused}.${mac}`,
      `${encoded({ alg: 'none', kid })}.${payload}.`,
      `${encoded({ alg: 'none' })}.${payload}.${signature}`,
      `${encoded({ alg: 'RS256', kid })}.${changed}.${signature}`,
      `${encoded({ alg: 'ES256', kid })}.${payload}.${signature}`,
    ];
    for (const sent of forged)
      await expect(verifier.verify(sent)).rejects.toMatchObject({ code: 'InvalidAuthenticationToken' });
  });
});
