import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Secret } from '../secrets/secret.js';
import { nameBelow, parseScopes, type Access } from './access.js';
import { basicCredentials } from './authorization-header.js';
import type { Origin } from './challenge.js';
import { OciError } from './oci-error.js';

/** How the caller of `/oauth2/token` proves who it is. */
export type Proof =
  | { readonly kind: 'password'; readonly user: string; readonly password: Secret }
  | { readonly kind: 'refresh'; readonly token: Secret }
  | { readonly kind: 'none' };

/** A request for a token, read. */
export interface TokenRequest {
  readonly proof: Proof;
  /** As the challenge named it; undefined when the client did not repeat it. */
  readonly service: string | undefined;
  readonly access: readonly Access[];
  /** Whether it is for content trust, whose clients write a host before the repository's name. */
  readonly isForTrust: boolean;
  /** Whether the client asks for a refresh token, too. */
  readonly isOffline: boolean;
}

/** User under which docker logs in with a refresh token in place of a password. */
const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

/**
 * Reads a token request of docker's protocol: query and Basic header.
 * @param hosts under which the registry answers.
 * @throws OciError when the Authorization header is there and is not Basic with user and password.
 */
export function readGet(
  query: URLSearchParams,
  authorization: string | undefined,
  hosts: readonly string[] = [],
): TokenRequest {
  const basic = basicCredentials(authorization);
  if (authorization !== undefined && !basic)
    throw new OciError('UNAUTHORIZED', "The Authorization header must be 'Basic' with base64 of '<user>:<password>'.");
  return { ...common(query, hosts), proof: basic ? proofOf(basic.user, basic.password) : { kind: 'none' } };
}

/**
 * Reads a token request of OAuth 2: a form.
 * @throws OciError 400 naming the field at fault.
 */
export function readPost(form: URLSearchParams, hosts: readonly string[] = []): TokenRequest {
  const grant = required(form, 'grant_type');
  const read = GRANTS.get(grant);
  if (!read)
    throw new OciError(
      'UNSUPPORTED',
      `The grant_type '${grant}' is not supported here; use ${[...GRANTS.keys()].join(' or ')}.`,
      { status: 400 },
    );
  return { ...common(form, hosts), proof: read(form) };
}

const GRANTS: ReadonlyMap<string, (form: URLSearchParams) => Proof> = new Map([
  ['password', (form) => proofOf(required(form, 'username'), new Secret(required(form, 'password')))],
  ['refresh_token', (form) => ({ kind: 'refresh', token: new Secret(required(form, 'refresh_token')) })],
]);

/** What a user name and a password prove; under one name the password is a refresh token. */
export function proofOf(user: string, password: Secret): Proof {
  return user === TOKEN_USER ? { kind: 'refresh', token: password } : { kind: 'password', user, password };
}

function common(parameters: URLSearchParams, hosts: readonly string[]): Omit<TokenRequest, 'proof'> {
  const scopes = parameters.getAll('scope');
  return {
    service: parameters.get('service') ?? undefined,
    access: parseScopes(scopes, hosts),
    isForTrust: scopes.some((scope) => nameBelow(hosts, scope.replace(/^repository:/, '')) !== undefined),
    isOffline: parameters.get('offline_token') === 'true' || parameters.get('access_type') === 'offline',
  };
}

/** @throws OciError 400 when the form lacks the field. */
export function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  throw new OciError(
    'UNSUPPORTED',
    `The field '${name}' is missing from the form body (application/x-www-form-urlencoded).`,
    { status: 400 },
  );
}

/** @throws OciError 400 when the client thinks that another registry answers. */
export function requireService(service: string | undefined, { loginServer }: RegistryEndpoint, origin: Origin): void {
  if (service === undefined || service === loginServer || origin.base.endsWith(`//${service}`)) return;
  throw new OciError(
    'UNSUPPORTED',
    `The service '${service}' is not the one that answers here; ask '${loginServer}' for its tokens with service=${loginServer}.`,
    { status: 400 },
  );
}
