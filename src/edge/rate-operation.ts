import { networkOf } from '../forwarding/network-of.js';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '../rate-limits/rates.js';
import type { Login } from './logins.js';
import { OciError } from './oci-error.js';
import type { RouteKind } from './v2-route.js';

const UNAUTHORIZED = 401;

/** What counts otherwise than its method: the bytes of an upload belong to its beginning and its end. */
const EXCEPTIONS: Partial<Readonly<Record<RouteKind, Readonly<Record<string, Operation | 'free'>>>>> = {
  // Where clients ask how to log in.
  base: { GET: 'free', HEAD: 'free' },
  upload: { PATCH: 'free' },
};

/** As what an authorised request counts; undefined: as nothing. */
export function operationOf(kind: RouteKind | 'acr' | 'trust', method: string): Operation | undefined {
  const exception = kind === 'acr' || kind === 'trust' ? undefined : EXCEPTIONS[kind]?.[method];
  if (exception === 'free') return undefined;
  return exception ?? (method === 'GET' || method === 'HEAD' ? 'reads' : 'writes');
}

/** Who counts as one: everybody by name, and who has none by address. */
export function identityOf({ kind, user }: Login, address: string): string {
  return `${kind} ${kind === 'anonymous' ? networkOf(address) : user.toLowerCase()}`;
}

/** Whether the request tries to log in with something: a password, a token of the issuer or a refresh token. */
export function triesToLogIn({ method, url = '', headers }: IncomingMessage): boolean {
  return /^Basic /i.test(headers.authorization ?? '') || (method === 'POST' && url.startsWith('/oauth2/'));
}

/** Whether what was presented was refused, rather than what was asked for with it. */
export function isRefusedLogin(error: unknown): boolean {
  if (!(error instanceof OciError) || error.status !== UNAUTHORIZED) return false;
  return !(error.headers['WWW-Authenticate'] ?? '').includes('insufficient_scope');
}
