import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from '../../test/support/hand-clock.js';
import { ArmError } from '../arm/arm-error.js';
import { generateSigningKey } from './signing-key.js';
import type { SigningKey } from './signing-key.js';
import { TokenVerifier } from './token-verifier.js';

const TENANT = '6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11';
const OBJECT = '0c5c1d7a-8f0e-4b5e-bb64-0f7a2f5b7a22';
const APP = 'd1a2f6b4-6c6e-4f57-8b47-5a1f9f1c9a33';
const ORIGIN = 'https://localhost:8443';
const CALLER = { tenantId: TENANT, objectId: OBJECT, appId: APP, name: APP, type: 'Application' };

const first = await generateSigningKey('arm');
const second = await generateSigningKey('arm');
const registry = await generateSigningKey('registry');

describe('a token verifier', () => {
  let clock: HandClock;
  let keys: Map<string, SigningKey>;
  let looked: string[];
  let verifier: TokenVerifier;

  beforeEach(() => {
    clock = new HandClock();
    keys = new Map([first, registry].map((key) => [key.kid, key]));
    looked = [];
    verifier = new TokenVerifier({
      localKey: async (kid) => {
        looked.push(kid);
        return keys.get(kid);
      },
      issuers: [],
      origins: ['https://127.0.0.1:8443'],
      clock,
      revocationOf: () => Promise.resolve(undefined),
      hearsRevocations: () => true,
    });
  });

  function claims(changes: JWTPayload = {}): JWTPayload {
    const iat = clock.now().getTime() / 1000;
    const who = { tid: TENANT, oid: OBJECT, appid: APP, idtyp: 'app', sub: OBJECT };
    return { ...who, iss: `${ORIGIN}/adfs`, aud: `${ORIGIN}/`, iat, nbf: iat, exp: iat + 3600, ...changes };
  }

  function token(changes: JWTPayload = {}, key = first): Promise<string> {
    return new SignJWT(claims(changes)).setProtectedHeader({ alg: key.algorithm, kid: key.kid }).sign(key.privateKey);
  }

  /** The code and the message with which a token is refused. */
  async function refusal(sent: string | Promise<string>): Promise<[string, string]> {
    const error: unknown = await verifier.verify(await sent).then(
      (caller) => expect.fail(`accepted as ${caller.name}`),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ArmError)) throw error;
    return [error.code, error.message];
  }

  it('tells who sent a token of the local issuer', async () => {
    expect(await verifier.verify(await token())).toEqual(CALLER);
  });

  it('accepts the issuer under a tenant as well as under /adfs', async () => {
    expect(await verifier.verify(await token({ iss: `${ORIGIN}/${TENANT}/v2.0` }))).toEqual(CALLER);
  });

  it.each([
    ORIGIN,
    `${ORIGIN}/`,
    'https://127.0.0.1:8443/',
    'https://management.azure.com',
    'https://management.azure.com/',
    'https://management.core.windows.net',
    'https://management.core.windows.net/',
    'https://containerregistry.azure.net',
  ])('accepts the audience %s', async (aud) => {
    expect(await verifier.verify(await token({ aud }))).toEqual(CALLER);
  });

  it.each([
    'https://graph.microsoft.com',
    'https://evil.example',
    `${ORIGIN}//`,
    `${ORIGIN}/graph/`,
    'https://localhost:8444/',
    'http://localhost:8443/',
  ])('refuses the audience %s', async (aud) => {
    expect(await refusal(token({ aud }))).toEqual([
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for the audience '${aud}'. ` +
        `Ask for a token for this service: 'https://localhost:8443/', 'https://127.0.0.1:8443/'.`,
    ]);
  });

  it.each([
    [['https://containerregistry.azure.net'], false],
    [['https://containerregistry.azure.net/'], false],
    [['https://containerregistry.azure.net', `${ORIGIN}/`], true],
    [[`${ORIGIN}/`], true],
  ])('lets tokens for %j call the control plane: %s', async (aud, isLet) => {
    const sent = await token({ aud });
    const call = () => verifier.verifyForManagement(sent).catch((error: ArmError) => error.code);
    const expected = isLet ? CALLER : 'InvalidAuthenticationTokenAudience';
    // The second time it is remembered, and so it is by a login server.
    expect([await call(), await call()]).toEqual([expected, expected]);
    expect(await verifier.verify(sent)).toEqual(CALLER);
    expect([await call(), verifier.recall(sent)]).toEqual([expected, isLet ? CALLER : undefined]);
  });

  it('refuses an expired token, also one that it had accepted before', async () => {
    const sent = await token();
    expect(await verifier.verify(sent)).toEqual(CALLER);
    clock.pass(3599);
    expect(await verifier.verify(sent)).toEqual(CALLER);
    clock.pass(1);
    expect(verifier.recall(sent)).toBeUndefined();
    expect(await refusal(sent)).toEqual([
      'ExpiredAuthenticationToken',
      'The access token expired at 2026-03-01T13:00:00.000Z; it is 2026-03-01T13:00:00.000Z now. Ask for a new token.',
    ]);
  });

  it('refuses a token without an expiry and one that is not valid yet', async () => {
    expect(await refusal(token({ exp: undefined }))).toEqual([
      'InvalidAuthenticationToken',
      "The access token is invalid: its claim 'exp' is missing or not acceptable.",
    ]);
    expect(await refusal(token({ nbf: clock.now().getTime() / 1000 + 60 }))).toEqual([
      'InvalidAuthenticationToken',
      "The access token is invalid: its claim 'nbf' is missing or not acceptable.",
    ]);
  });

  it.each([
    ['https://evil.example', 'https://evil.example'],
    [`${ORIGIN}/7b7b7b7b-0b5a-4a44-9d0e-3f1f7e0e8a11/v2.0`, `${ORIGIN}/7b7b7b7b-0b5a-4a44-9d0e-3f1f7e0e8a11/v2.0`],
    ['adfs', 'adfs'],
  ])('refuses the issuer %s even on our own signature', async (iss, shown) => {
    expect(await refusal(token({ iss }))).toEqual([
      'InvalidAuthenticationToken',
      `The access token is invalid: its issuer '${shown}' is not trusted by this service.`,
    ]);
  });

  it('refuses a signature of another key under the name of a known one', async () => {
    const impostor = { ...second, kid: first.kid };
    expect(await refusal(token({}, impostor))).toEqual([
      'InvalidAuthenticationToken',
      'The access token is invalid: its signature is not that of its issuer.',
    ]);
  });

  it('refuses a token whose claims were changed after it was signed', async () => {
    const [header, , signature] = (await token()).split('.');
    const [, payload] = (await token({ tid: '00000000-0000-0000-0000-000000000000' })).split('.');
    expect((await refusal(`${header}.${payload}.${signature}`))[0]).toBe('InvalidAuthenticationToken');
  });

  it('refuses a key that it does not know, and registry keys', async () => {
    const unknown = [
      'InvalidAuthenticationToken',
      'The access token is invalid: it is not signed by an issuer that this service trusts.',
    ];
    expect(await refusal(token({}, second))).toEqual(unknown);
    expect(await refusal(token({}, registry))).toEqual(unknown);
  });

  it('refuses alg none, and the public key used as a shared secret', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: first.kid })).toString('base64url');
    const unsigned = `${header}.${new UnsecuredJWT(claims()).encode().split('.')[1]}.`;
    const shared = Buffer.from(first.publicKey.export({ type: 'spki', format: 'pem' }));
    const confused = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: first.kid }).sign(shared);
    for (const sent of [unsigned, confused])
      expect(await refusal(sent)).toEqual([
        'InvalidAuthenticationToken',
        'The access token is invalid: its signature algorithm is not allowed.',
      ]);
  });

  it.each(['x', 'a.b.c', '..', 'eyJhbGciOiJSUzI1NiJ9.e30', 'é.é.é', '{}'])('refuses %s', async (junk) => {
    expect(await refusal(junk)).toEqual([
      'InvalidAuthenticationToken',
      'The access token is invalid: it is not a signed JSON Web Token.',
    ]);
  });

  it.each(['x.e30.y', 'e30.e30.y', '.e30.y', 'bnVsbA.e30.y', 'eyJraWQiOjV9.e30.y'])(
    'refuses the header of %s',
    async (junk) => {
      expect((await refusal(junk))[0]).toBe('InvalidAuthenticationToken');
    },
  );

  it('gives a token of any tenant: whether it may is for others to say', async () => {
    const tid = '11111111-2222-3333-4444-555555555555';
    expect(await verifier.verify(await token({ tid }))).toEqual({ ...CALLER, tenantId: tid });
  });

  it('verifies tokens of a key that was rotated, and of the new one', async () => {
    const old = await token();
    keys.set(second.kid, second);
    expect(await verifier.verify(old)).toEqual(CALLER);
    expect(await verifier.verify(await token({}, second))).toEqual(CALLER);
  });

  it('looks a key up again after a minute, so that a removed key ends its tokens', async () => {
    const sent = await token();
    await verifier.verify(sent);
    keys.delete(first.kid);
    clock.pass(59);
    expect(verifier.recall(sent)).toEqual(CALLER);
    expect(looked).toEqual([first.kid]);
    clock.pass(1);
    expect((await refusal(sent))[0]).toBe('InvalidAuthenticationToken');
    expect(looked).toEqual([first.kid, first.kid]);
  });

  it('remembers no token that it refused', async () => {
    const sent = await token({ aud: 'https://evil.example' });
    await refusal(sent);
    expect(verifier.recall(sent)).toBeUndefined();
  });

  it('reports a fault of the key store as what it is, not as a bad token', async () => {
    const away = new TokenVerifier({
      localKey: () => Promise.reject(new Error('the database is away')),
      issuers: [],
      origins: [],
      clock,
      revocationOf: () => Promise.resolve(undefined),
      hearsRevocations: () => true,
    });
    await expect(away.verify(await token())).rejects.toThrow('the database is away');
  });

  it('does not take a foreign key that the token itself brings along', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = { alg: 'RS256', kid: second.kid, jwk: publicKey.export({ format: 'jwk' }) as { kty: string } };
    const sent = new SignJWT(claims()).setProtectedHeader(header).sign(privateKey);
    expect((await refusal(sent))[0]).toBe('InvalidAuthenticationToken');
  });
});
