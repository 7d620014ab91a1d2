import { Secret } from '../secrets/secret.js';

export interface BasicCredentials {
  readonly user: string;
  readonly password: Secret;
}

/** User and password of `Basic …`; undefined when the header is absent, of another kind or malformed. */
export function basicCredentials(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}

/** The token of `Bearer …`, else undefined. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.-]+)$/i.exec(authorization ?? '')?.[1];
}
