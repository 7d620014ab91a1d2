import type { JWTPayload } from 'jose';
import type { Caller } from '../arm/caller.js';
import { ArmError } from '../arm/arm-error.js';
import { parseUuid } from '../arm/uuid.js';

/** Claims that only tokens of people have; the first one present is what the person is called. */
const NAMES_OF_PEOPLE = ['upn', 'preferred_username', 'unique_name', 'email'];

/** Who the verified claims speak of, in the vocabulary of Entra ID and of plain OpenID Connect. */
export function callerOf(claims: JWTPayload): Caller {
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === 'string' && value ? value : undefined;
  };
  const tenantId = parseUuid(text('tid'));
  if (!tenantId) throw incomplete("'tid' with the id of the tenant, a UUID");
  const objectId = text('oid') ?? text('sub');
  if (!objectId) throw incomplete("'oid' or 'sub' with the id of the caller");

  const appId = text('appid') ?? text('azp') ?? text('client_id');
  const person = text('idtyp') === 'app' ? undefined : NAMES_OF_PEOPLE.map(text).find((name) => name !== undefined);
  if (person !== undefined) return { tenantId, objectId, name: person, type: 'User' };
  if (appId !== undefined) return { tenantId, objectId, appId, name: appId, type: 'Application' };
  return { tenantId, objectId, name: objectId, type: 'User' };
}

function incomplete(what: string): ArmError {
  return new ArmError(
    'InvalidAuthenticationToken',
    `The access token lacks the claim ${what}. Have its issuer add the claim.`,
  );
}
