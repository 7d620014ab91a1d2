import { GRANTS } from './token-grants.js';

/** Name under which clients reach the issuer without naming a tenant; `az` accepts no other name offline. */
const ADFS = 'adfs';

/** The `iss` of tokens from this service: of one tenant, or of all. */
export function issuerOf(origin: string, tenantId?: string): string {
  return tenantId === undefined ? `${origin}/${ADFS}` : `${origin}/${tenantId}/v2.0`;
}

/** The origin of an `iss` that this service could have written for the tenant, else undefined. */
export function originOfIssuer(issuer: string, tenantId: string): string | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const { origin } = new URL(issuer);
  return issuer === issuerOf(origin) || issuer === issuerOf(origin, tenantId) ? origin : undefined;
}

/** Where the issuer of one tenant, or of all, answers token requests. */
export function tokenEndpointOf(origin: string, tenantId?: string): string {
  return `${oauthOf(origin, tenantId)}token`;
}

function oauthOf(origin: string, tenantId?: string): string {
  return tenantId === undefined ? `${origin}/${ADFS}/oauth2/` : `${origin}/${tenantId}/oauth2/v2.0/`;
}

/** Where people type the code that another device shows them. */
export function verificationPageOf(origin: string): string {
  return `${oauthOf(origin)}deviceauth`;
}

/** The OpenID Connect discovery document. */
export function openIdConfiguration(origin: string, tenantId?: string): Record<string, unknown> {
  const v2 = tenantId !== undefined;
  const base = `${origin}/${tenantId ?? ADFS}`;
  return {
    issuer: issuerOf(origin, tenantId),
    authorization_endpoint: `${oauthOf(origin, tenantId)}authorize`,
    token_endpoint: tokenEndpointOf(origin, tenantId),
    device_authorization_endpoint: `${oauthOf(origin, tenantId)}devicecode`,
    jwks_uri: `${base}/discovery/${v2 ? 'v2.0/' : ''}keys`,
    response_types_supported: ['token', 'id_token'],
    grant_types_supported: GRANTS,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256'],
    scopes_supported: ['openid', 'profile', 'offline_access'],
    claims_supported: [
      'aud',
      'iss',
      'iat',
      'nbf',
      'exp',
      'sub',
      'jti',
      'tid',
      'oid',
      'appid',
      'idtyp',
      'ver',
      'groups',
    ],
  };
}
