import { errors } from 'jose';
import { ArmError } from '../arm/arm-error.js';

const ORIGIN = /^https?:\/\/[^/]+$/;

export function malformed(why: string): ArmError {
  return new ArmError('InvalidAuthenticationToken', `The access token is invalid: ${why}.`);
}

export function revoked(name: string): ArmError {
  return new ArmError(
    'InvalidAuthenticationToken',
    `The access token of '${name}' was revoked: its owner was disabled or deleted, or its password was reset. Sign in again.`,
  );
}

export function wrongAudience(audience: string | readonly string[], accepted: readonly string[]): ArmError {
  return new ArmError(
    'InvalidAuthenticationTokenAudience',
    `The access token has been obtained for the audience '${[audience].flat().join(', ')}'. ` +
      `Ask for a token for this service: ${accepted.map((one) => (ORIGIN.test(one) ? `'${one}/'` : `'${one}'`)).join(', ')}.`,
  );
}

export function expired(atSeconds: number, now: Date): ArmError {
  return new ArmError(
    'ExpiredAuthenticationToken',
    `The access token expired at ${new Date(atSeconds * 1000).toISOString()}; ` +
      `it is ${now.toISOString()} now. Ask for a new token.`,
  );
}

/** The answer to whatever `jose` threw while it read a token; errors that are not about the token are passed on. */
export function refusalOf(error: unknown, now: Date): unknown {
  if (error instanceof errors.JWTExpired) return expired(Number(error.payload.exp), now);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return malformed('its signature is not that of its issuer');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return malformed('it names no key of its issuer');
  if (error instanceof errors.JWTClaimValidationFailed)
    return malformed(`its claim '${error.claim}' is missing or not acceptable`);
  if (error instanceof errors.JOSEAlgNotAllowed) return malformed('its signature algorithm is not allowed');
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return malformed('it is not a signed JSON Web Token');
  return error;
}

export function unreachable(what: string, cause: unknown): ArmError {
  return new ArmError(
    'ServerTimeout',
    `The issuer of the access token cannot be asked for its keys (${what}: ${(cause as Error).message}). Try again.`,
  );
}
