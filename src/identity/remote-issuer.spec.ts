import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuerList } from '../config/parsers.js';
import { SystemClock } from '../work/clock.js';
import { generateSigningKey } from './signing-key.js';
import type { SigningKey } from './signing-key.js';
import { TokenVerifier } from './token-verifier.js';

const TENANT = '6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11';

const rsa = await generateSigningKey('arm');
const other = await generateSigningKey('arm');
const elliptic = await generateSigningKey('registry');

describe('an issuer from the settings', () => {
  let server: Server;
  let issuer: string;
  let asked: string[];
  let published: SigningKey[];
  let isAway: boolean;
  let keysUrl: string | undefined;
  let verifier: TokenVerifier;

  beforeEach(async () => {
    asked = [];
    published = [rsa, elliptic];
    isAway = false;
    keysUrl = undefined;
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (isAway) return response.writeHead(503).end();
      const documents: Record<string, unknown> = {
        '/realm/.well-known/openid-configuration': { issuer: `${issuer}/`, jwks_uri: keysUrl ?? `${issuer}/keys` },
        '/realm/keys': { keys: published.map(({ publicJwk }) => publicJwk) },
      };
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url ?? '']));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
    verifier = new TokenVerifier({
      localKey: () => Promise.resolve(undefined),
      issuers: issuerList(issuer),
      origins: ['https://registry.example.com'],
      clock: new SystemClock(),
      revocationOf: () => Promise.resolve(undefined),
      hearsRevocations: () => true,
    });
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function token(changes: Record<string, unknown> = {}, key = rsa): Promise<string> {
    const claims = { tid: TENANT, sub: 'u-1', preferred_username: 'ann@example.com', ...changes };
    return new SignJWT({ iss: `${issuer}/`, aud: 'https://registry.example.com', ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
      .setExpirationTime('1h')
      .sign(key.privateKey);
  }

  it('is asked for its keys once, at its first token', async () => {
    const ann = { tenantId: TENANT, objectId: 'u-1', name: 'ann@example.com', type: 'User', issuer };
    expect(asked).toEqual([]);
    const sent = [await token(), await token({ n: 1 }), await token({}, elliptic)];
    expect(await Promise.all(sent.map((one) => verifier.verify(one)))).toEqual([ann, ann, ann]);
    expect(asked).toEqual(['/realm/.well-known/openid-configuration', '/realm/keys']);
  });

  it('is not taken for another, and others not for it', async () => {
    const foreign = {
      code: 'InvalidAuthenticationToken',
      message: 'The access token is invalid: it is not signed by an issuer that this service trusts.',
    };
    await expect(verifier.verify(await token({ iss: 'https://evil.example' }))).rejects.toMatchObject(foreign);
    await expect(verifier.verify(await token({ iss: `${issuer}/x` }))).rejects.toMatchObject(foreign);
    await expect(verifier.verify(await token({}, other))).rejects.toMatchObject({
      code: 'InvalidAuthenticationToken',
      message: 'The access token is invalid: it names no key of its issuer.',
    });
  });

  it('must have issued the token for this service and name the tenant', async () => {
    await expect(verifier.verify(await token({ aud: ['account'] }))).rejects.toMatchObject({
      code: 'InvalidAuthenticationTokenAudience',
      message:
        "The access token has been obtained for the audience 'account'. " +
        "Ask for a token for this service: 'https://registry.example.com/'.",
    });
    await expect(verifier.verify(await token({ tid: 'common' }))).rejects.toMatchObject({
      code: 'InvalidAuthenticationToken',
      message:
        "The access token lacks the claim 'tid' with the id of the tenant, a UUID. Have its issuer add the claim.",
    });
  });

  it('that is away makes its tokens wait, not invalid, and is asked again', async () => {
    isAway = true;
    await expect(verifier.verify(await token())).rejects.toMatchObject({
      code: 'ServerTimeout',
      message:
        'The issuer of the access token cannot be asked for its keys ' +
        `(${issuer}/.well-known/openid-configuration: it answers 503). Try again.`,
    });
    isAway = false;
    await expect(verifier.verify(await token())).resolves.toMatchObject({ objectId: 'u-1' });
  });

  it('that has its keys where anybody on the way may change them is not believed', async () => {
    for (const url of ['http://keys.example.com/keys', 'ftp://127.0.0.1/keys', 'file:///etc/passwd', '/keys']) {
      keysUrl = url;
      await expect(verifier.verify(await token())).rejects.toMatchObject({
        code: 'ServerTimeout',
        message: expect.stringContaining(`its 'jwks_uri' is '${url}', which is no https URL`),
      });
    }
    expect(asked).not.toContain('/realm/keys');
  });

  it('whose key set is away makes its tokens wait too', async () => {
    const sent = await token();
    const documents = server.listeners('request')[0] as (...parameters: unknown[]) => void;
    server.removeAllListeners('request');
    server.on('request', (request, response) =>
      request.url === '/realm/keys' ? response.writeHead(500).end() : documents(request, response),
    );
    await expect(verifier.verify(sent)).rejects.toMatchObject({ code: 'ServerTimeout', status: 503 });
  });
});
