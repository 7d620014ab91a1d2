import type { IncomingHttpHeaders } from 'node:http';
import { Secret } from '../secrets/secret.js';
import type { IdentifiedPrincipal } from './managed-identities.repository.js';

const MAX_RESOURCE_LENGTH = 512;

/** How a version of the protocol is spoken: that of virtual machines, and two of App Service. */
interface Dialect {
  /** The header with the secret value. */
  readonly header: string;
  readonly needsMetadata: boolean;
}

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['2018-02-01', { header: 'x-identity-header', needsMetadata: true }],
  ['2019-08-01', { header: 'x-identity-header', needsMetadata: false }],
  ['2017-09-01', { header: 'secret', needsMetadata: false }],
]);

/** What proxies add: a request that has any did not begin on this machine. */
const ADDED_BY_PROXIES = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** By which parameters clients name an identity, and what of it they mean. */
const NAMES: readonly (readonly [parameter: string, of: (identity: IdentifiedPrincipal) => string | null])[] = [
  ['client_id', ({ appId }) => appId],
  ['clientid', ({ appId }) => appId],
  ['object_id', ({ objectId }) => objectId],
  ['principal_id', ({ objectId }) => objectId],
  ['mi_res_id', ({ resourceId }) => resourceId],
  ['msi_res_id', ({ resourceId }) => resourceId],
];

export interface ManagedIdentityCall {
  /** Of the other end of the connection, whatever headers say. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, unknown>>;
}

/** A request for a token of a managed identity, read and complete. */
export interface ManagedIdentityRequest {
  readonly resource: string;
  readonly header: Secret;
  /** Whether this is the identity that was asked for, or none was named. */
  readonly isMeant: (identity: IdentifiedPrincipal) => boolean;
}

/** Why there is no token. */
export interface ManagedIdentityRefusal {
  readonly status: 400 | 401 | 403;
  readonly error: string;
  readonly description: string;
}

/** Only programs on this machine are heard, and only with the value that was told for the identity. */
export function readManagedIdentityRequest({
  address,
  headers,
  query,
}: ManagedIdentityCall): ManagedIdentityRequest | ManagedIdentityRefusal {
  if (!isLoopback(address) || ADDED_BY_PROXIES.some((name) => headers[name] !== undefined))
    return {
      status: 403,
      error: 'access_denied',
      description: 'Tokens of managed identities are given to programs on this machine alone, and through no proxy.',
    };
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined);
  const dialect = DIALECTS.get(text('api-version') ?? '');
  if (!dialect) return malformed(`The parameter 'api-version' must be one of ${[...DIALECTS.keys()].join(', ')}.`);
  if (dialect.needsMetadata && headers['metadata'] !== 'true')
    return malformed("The header 'Metadata: true' is missing.");
  const resource = text('resource') ?? '';
  if (!URL.canParse(resource) || resource.length > MAX_RESOURCE_LENGTH)
    return malformed("The parameter 'resource' must be the URL of what the token is for.");
  const value = [headers[dialect.header]].flat()[0];
  if (!value)
    return {
      status: 401,
      error: 'unauthorized_client',
      description: `The header '${dialect.header}' with the value of IDENTITY_HEADER is missing.`,
    };
  const named = NAMES.flatMap(([name, of]) => (query[name] === undefined ? [] : [{ wanted: text(name), of }]));
  return {
    resource,
    header: new Secret(value),
    isMeant: (identity) =>
      named.every(({ wanted, of }) => wanted !== undefined && wanted.toLowerCase() === of(identity)?.toLowerCase()),
  };
}

export function isManagedIdentityRefusal(
  outcome: ManagedIdentityRequest | ManagedIdentityRefusal,
): outcome is ManagedIdentityRefusal {
  return 'status' in outcome;
}

function malformed(description: string): ManagedIdentityRefusal {
  return { status: 400, error: 'invalid_request', description };
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}
