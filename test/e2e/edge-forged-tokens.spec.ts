import { createHmac, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { givenToken } from '../support/given-token.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
/** Of a repository that is not there: 404 to those who may look. */
const PATH = '/v2/a/tags/list';

interface Good {
  readonly given: GivenRegistry;
  readonly access: string;
  readonly refresh: string;
}

let edge: Edge;
let good: Good;
let other: Good;
let guest: Good;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  [good, other] = [await goodOf(await edge.registry()), await goodOf(await edge.registry())];
  const { user, password } = await givenToken(edge, good.given.registry, ['repositories/b/content/read']);
  guest = await goodOf({ ...good.given, user, password });
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
});

async function goodOf(given: GivenRegistry): Promise<Good> {
  const path = '/oauth2/token?offline_token=true&scope=repository:a:pull';
  const { json } = await client(basic(given.user, given.password), given).send('GET', path);
  const { access_token: access, refresh_token: refresh } = json as { access_token: string; refresh_token: string };
  return { given, access, refresh };
}

function client(authorization: string | undefined, { loginServer }: GivenRegistry): OciClient {
  const made = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const headerOf = (token: string) => decodeProtectedHeader(token);

/** The token with other claims, under the signature that it had. */
function changed(token: string, claims: object, header: object = {}): string {
  const signature = token.split('.')[2] ?? '';
  return `${encode({ ...headerOf(token), ...header })}.${encode({ ...decodeJwt(token), ...claims })}.${signature}`;
}

/** Signed anew, by whatever key. */
function signed(claims: JWTPayload, kid: string, key: KeyObject, alg = 'ES256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
}

const stranger = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

async function ownKey(use: 'arm' | 'registry') {
  return edge.get(SigningKeys).current(use);
}

/** A signature by HMAC whose secret is what everybody can know of the key. */
async function confused(token: string, secret: (publicKey: KeyObject) => string | Buffer): Promise<string> {
  const { publicKey } = await ownKey('registry');
  const text = `${encode({ ...headerOf(token), alg: 'HS256' })}.${encode(decodeJwt(token))}`;
  return `${text}.${createHmac('sha256', secret(publicKey)).update(text).digest('base64url')}`;
}

const FORGED: readonly [string, (token: string) => string | Promise<string>][] = [
  ['without a signature', (token) => token.replace(/[^.]*$/, '')],
  ['with a signature cut short', (token) => token.slice(0, -8)],
  ['with the signature of another', (token) => `${token.slice(0, token.lastIndexOf('.'))}${signatureOf(other)}`],
  ['of the algorithm none', (token) => changed(token, {}, { alg: 'none' }).replace(/[^.]*$/, '')],
  ['of the algorithm none, with a signature', (token) => changed(token, {}, { alg: 'none' })],
  ['of another algorithm', (token) => changed(token, {}, { alg: 'RS256' })],
  ['by HMAC with the public key as PEM', (token) => confused(token, pem)],
  ['by HMAC with the public key as DER', (token) => confused(token, der)],
  ['by HMAC with nothing', (token) => confused(token, () => '')],
  ['by a key of a stranger under our key id', (token) => byStranger(token, headerOf(token).kid ?? '')],
  ['by a key of a stranger under its own key id', (token) => byStranger(token, randomUUID())],
  ['by a key that it brings along', (token) => withOwnKey(token)],
  ['by our key for Resource Manager', async (token) => byOurs(decodeJwt(token), 'arm')],
  ['with a key id that leads elsewhere', (token) => changed(token, {}, { kid: "' or '1'='1" })],
  ['with more time than it had', (token) => changed(token, { exp: 9_999_999_999 })],
  [
    'for another repository',
    (token) => changed(token, { access: [{ Type: 'repository', Name: 'b', Actions: ['*'] }] }),
  ],
  ['of another issuer', async (token) => byOurs({ ...decodeJwt(token), iss: 'berth' }, 'registry')],
  ['of another registry', async (token) => byOurs({ ...decodeJwt(token), rid: other.given.registry.id }, 'registry')],
  ['for another login server', async (token) => byOurs({ ...decodeJwt(token), aud: 'other.example' }, 'registry')],
  ['that has expired', async (token) => byOurs({ ...decodeJwt(token), exp: nowSeconds() - 1 }, 'registry')],
  ['that is not good yet', async (token) => byOurs({ ...decodeJwt(token), nbf: nowSeconds() + 60 }, 'registry')],
];

const nowSeconds = () => Math.floor(edge.clock.now().getTime() / 1000);
const signatureOf = ({ access }: Good) => access.slice(access.lastIndexOf('.'));
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' });
const der = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

function byStranger(token: string, kid: string): Promise<string> {
  return signed(decodeJwt(token), kid, stranger().privateKey);
}

function withOwnKey(token: string): Promise<string> {
  const { privateKey, publicKey } = stranger();
  return new SignJWT(decodeJwt(token))
    .setProtectedHeader({ ...headerOf(token), alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })
    .sign(privateKey);
}

async function byOurs(claims: JWTPayload, use: 'arm' | 'registry'): Promise<string> {
  const { kid, algorithm, privateKey } = await ownKey(use);
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(privateKey);
}

test('what is signed here as the service does it is let in, so that what follows is refused for its own reason', async () => {
  const token = await byOurs(decodeJwt(good.access), 'registry');
  expect((await client(`Bearer ${token}`, good.given).send('GET', PATH)).status).toBe(404);
});

test.each(FORGED)('an access token %s is refused', async (_, forge) => {
  const { status, headers } = await client(`Bearer ${await forge(good.access)}`, good.given).send('GET', PATH);
  expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
});

test.each(FORGED)('a refresh token %s is refused', async (_, forge) => {
  const forged = await forge(good.refresh);
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: forged }).toString();
  expect((await client(undefined, good.given).send('POST', '/oauth2/token', { body })).status).toBe(401);
  expect((await client(basic(REFRESH_USER, forged), good.given).send('GET', '/oauth2/token')).status).toBe(401);
  expect((await client(basic(REFRESH_USER, forged), good.given).send('GET', '/v2/_catalog')).status).toBe(401);
});

test('a refresh token opens no route, and an access token begets no other', async () => {
  expect((await client(`Bearer ${good.refresh}`, good.given).send('GET', '/v2/')).status).toBe(401);
  expect((await client(basic(REFRESH_USER, good.access), good.given).send('GET', '/oauth2/token')).status).toBe(401);
  expect((await client(basic(REFRESH_USER, good.access), good.given).send('GET', '/v2/')).status).toBe(401);
});

test('what a token of the registry was not given stays shut, whatever it asks for', async () => {
  expect(decodeJwt(guest.access)['access']).toEqual([]);
  const wide = { access: [{ Type: 'repository', Name: 'a', Actions: ['*'] }] };
  expect((await client(`Bearer ${changed(guest.access, wide)}`, guest.given).send('GET', PATH)).status).toBe(401);
  // Even were it in the token, under the right signature, the scope map of today has the last word.
  const issued = await byOurs({ ...decodeJwt(guest.access), ...wide }, 'registry');
  expect((await client(`Bearer ${issued}`, guest.given).send('GET', '/v2/')).status).toBe(200);
  expect((await client(`Bearer ${issued}`, guest.given).send('GET', PATH)).status).toBe(401);
});
