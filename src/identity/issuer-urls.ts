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

/** The OpenID Connect discovery document. */
export function openIdConfiguration(origin: string, tenantId?: string): Record<string, unknown> {
  const v2 = tenantId !== undefined;
  const base = `${origin}/${tenantId ?? ADFS}`;
  return {
    issuer: issuerOf(origin, tenantId),
    authorization_endpoint: `${base}/oauth2/${v2 ? 'v2.0/' : ''}authorize`,
    token_endpoint: `${base}/oauth2/${v2 ? 'v2.0/' : ''}token`,
    jwks_uri: `${base}/discovery/${v2 ? 'v2.0/' : ''}keys`,
    response_types_supported: ['token'],
    grant_types_supported: ['client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: ['aud', 'iss', 'iat', 'nbf', 'exp', 'sub', 'jti', 'tid', 'oid', 'appid', 'idtyp', 'ver'],
  };
}
