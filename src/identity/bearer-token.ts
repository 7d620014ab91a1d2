import { ArmError } from '../arm/arm-error.js';
import { issuerOf } from './issuer-urls.js';

/**
 * The token in an `Authorization` header.
 * @throws ArmError AuthenticationFailed without a header, InvalidAuthenticationToken when it holds something else.
 */
export function bearerTokenOf(header: string | undefined): string {
  if (header === undefined)
    throw new ArmError('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new ArmError(
      'InvalidAuthenticationToken',
      "The 'Authorization' header must be 'Bearer' and an access token, with one blank between.",
    );
  return token;
}

const UNAUTHORIZED = 401;

/** A 401 as RFC 6750 wants it, with the challenge that tells where tokens come from; other errors as they are. */
export function challenged(error: unknown, origin: string): unknown {
  if (!(error instanceof ArmError) || error.status !== UNAUTHORIZED) return error;
  const parameters = {
    authorization_uri: issuerOf(origin),
    error: 'invalid_token',
    error_description: error.message,
  };
  const challenge = Object.entries(parameters).map(([name, value]) => `${name}="${quotable(value)}"`);
  const headers = { ...error.headers, 'WWW-Authenticate': `Bearer ${challenge.join(', ')}` };
  return new ArmError(error.code, error.message, { target: error.target, details: error.details, headers });
}

/** Messages quote what the client sent; only what a header's quoted string may hold is kept. */
function quotable(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^ !#-[\]-~]/g, '?');
}
