/**
 * Every refusal of the token endpoint: the OAuth error of RFC 6749, its status, and the number that Entra ID uses for the
 * same cause, which clients print. A wrong secret must be 401: MSAL keeps a 400 for a minute and would repeat it.
 */
export const OAUTH_ERRORS = {
  missingField: { status: 400, error: 'invalid_request', number: 90014 },
  malformedField: { status: 400, error: 'invalid_request', number: 90023 },
  repeatedField: { status: 400, error: 'invalid_request', number: 9000411 },
  unsupportedCredential: { status: 400, error: 'invalid_request', number: 7000218 },
  unsupportedGrant: { status: 400, error: 'unsupported_grant_type', number: 70003 },
  invalidScope: { status: 400, error: 'invalid_scope', number: 70011 },
  unknownTenant: { status: 400, error: 'invalid_request', number: 90002 },
  wrongPassword: { status: 400, error: 'invalid_grant', number: 50126 },
  refreshTokenOver: { status: 400, error: 'invalid_grant', number: 700082 },
  sessionRevoked: { status: 400, error: 'invalid_grant', number: 50173 },
  unknownDeviceCode: { status: 400, error: 'invalid_grant', number: 70019 },
  authorizationPending: { status: 400, error: 'authorization_pending', number: 70016 },
  slowDown: { status: 400, error: 'slow_down', number: 50196 },
  deviceCodeExpired: { status: 400, error: 'expired_token', number: 70020 },
  tooManyRefused: { status: 429, error: 'temporarily_unavailable', number: 50053 },
  wrongAssertion: { status: 401, error: 'invalid_client', number: 700027 },
  missingSecret: { status: 401, error: 'invalid_client', number: 7000216 },
  wrongSecret: { status: 401, error: 'invalid_client', number: 7000215 },
} as const satisfies Record<string, { status: number; error: string; number: number }>;

export type OAuthErrorName = keyof typeof OAUTH_ERRORS;

/** After these only the user can help; by the suberror MSAL tells its callers to ask. */
const SUBERRORS: Partial<Readonly<Record<OAuthErrorName, string>>> = {
  refreshTokenOver: 'bad_token',
  sessionRevoked: 'bad_token',
};

/** The only error that speaks to clients of the token endpoints. */
export class OAuthError extends Error {
  constructor(
    readonly reason: OAuthErrorName,
    message: string,
    /** When it is worth trying again. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  get status(): number {
    return OAUTH_ERRORS[this.reason].status;
  }

  /** The body of RFC 6749 with the members that Entra ID adds. */
  toBody(now: Date): Record<string, unknown> {
    const { error, number } = OAUTH_ERRORS[this.reason];
    const suberror = SUBERRORS[this.reason];
    return {
      error,
      error_description: `AADSTS${number}: ${this.message}`,
      error_codes: [number],
      timestamp: now.toISOString(),
      ...(suberror === undefined ? {} : { suberror }),
    };
  }
}
