import type { Secret } from '../secrets/secret.js';

export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** As discovery tells them. */
export const GRANTS = ['client_credentials', 'password', 'refresh_token', DEVICE_CODE_GRANT] as const;
export type Grant = (typeof GRANTS)[number];

/** What a client wants a token for, and what else besides it. */
export interface WantedScopes {
  /** What the token is for; becomes its `aud` as it was sent. */
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** A service principal asks, with a secret or with an assertion that its certificate signed. */
export interface ClientCredentials {
  readonly grant: 'client_credentials';
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly assertion?: string;
  readonly audience: string;
}

export interface PasswordGrant extends WantedScopes {
  readonly grant: 'password';
  readonly clientId: string;
  readonly userName: string;
  readonly password: Secret;
}

export interface RefreshGrant {
  readonly grant: 'refresh_token';
  readonly clientId: string;
  readonly refreshToken: string;
  /** Absent: what the token before was for. */
  readonly audience: string | undefined;
}

export interface DeviceCodeGrant {
  readonly grant: typeof DEVICE_CODE_GRANT;
  readonly clientId: string;
  readonly deviceCode: string;
}

/** A request for a token, read and complete. */
export type TokenRequest = ClientCredentials | PasswordGrant | RefreshGrant | DeviceCodeGrant;
