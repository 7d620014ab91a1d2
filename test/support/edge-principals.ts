import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { Users } from '../../src/identity/users.js';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { basic } from './oci-client.js';
import type { Edge } from './oci-edge.js';

/** Somebody of the local issuer. */
export interface Principal {
  readonly tenantId: string;
  readonly objectId: string;
  readonly name: string;
  /** The Authorization header of the name and the secret or the password. */
  readonly basic: string;
  /** As the issuer would sign it; for Azure Resource Manager unless another audience is named. */
  readonly accessToken: (audience?: string) => Promise<string>;
}

/** A tenant of its own with one subscription. */
export async function tenantWithSubscription(edge: Edge): Promise<{ tenantId: string; subscriptionId: string }> {
  const tenantId = randomUUID();
  await edge.get(Subscriptions).createTenant(edge.database, { id: tenantId, displayName: 'A tenant' });
  return { tenantId, subscriptionId: await subscriptionOf(edge, tenantId) };
}

export async function subscriptionOf(edge: Edge, tenantId: string): Promise<string> {
  const id = randomUUID();
  await edge.get(Subscriptions).createSubscription(edge.database, { id, tenantId, displayName: 'A subscription' });
  return id;
}

export async function application(edge: Edge, tenantId: string): Promise<Principal> {
  const wanted = { tenantId, displayName: 'An application', isOperator: false };
  const { appId, objectId, secret } = await edge.get(ServicePrincipals).create(edge.database, wanted);
  const claims = { tid: tenantId, oid: objectId, appid: appId, idtyp: 'app', ver: '1.0' };
  return {
    tenantId,
    objectId,
    name: appId,
    basic: basic(appId, secret.reveal()),
    accessToken: (audience) => signed(edge, claims, audience),
  };
}

export async function person(edge: Edge, tenantId: string): Promise<Principal> {
  const userName = `ann-${randomUUID().slice(0, 8)}@example.com`;
  const wanted = { tenantId, userName, displayName: 'Ann', passwordExpiresAt: null };
  const { user, password } = await edge.get(Users).create(wanted);
  const claims = { tid: tenantId, oid: user.objectId, upn: userName, appid: randomUUID(), idtyp: 'user', ver: '1.0' };
  return {
    tenantId,
    objectId: user.objectId,
    name: userName,
    basic: basic(userName, password.reveal()),
    accessToken: (audience) => signed(edge, claims, audience),
  };
}

async function signed(
  edge: Edge,
  claims: Readonly<Record<string, string>>,
  audience = 'https://management.azure.com',
): Promise<string> {
  const key = await edge.get(SigningKeys).current('arm');
  const now = Math.floor(edge.clock.now().getTime() / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer('https://localhost:5080/adfs')
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + 3_600)
    .sign(key.privateKey);
}
