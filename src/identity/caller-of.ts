import type { JWTPayload } from 'jose';
import type { Caller } from '../arm/caller.js';
import { ArmError } from '../arm/arm-error.js';
import { parseUuid } from '../arm/uuid.js';
import type { OidcIssuer } from '../config/parsers.js';

/** Claims that only tokens of people have; the first one present is what the person is called. */
const NAMES_OF_PEOPLE = ['upn', 'preferred_username', 'unique_name', 'email'];

/** Ids that an issuer makes up are text of any kind, and part of keys and of headers. */
const OBJECT_ID = /^[\x21-\x7e]{1,256}$/;

/** As many as Entra ID names; of an issuer that names more, none count. Registry tokens carry them along, in a header. */
const MOST_GROUPS = 200;
const MOST_GROUP_CHARACTERS = 8_000;

/** Where an issuer says what; what Entra ID does unless the settings tell otherwise. */
export type ClaimNames = Pick<OidcIssuer, 'url' | 'tenantClaim' | 'tenantId' | 'objectIdClaim' | 'groupsClaim'>;

/** Who the verified claims speak of, in the vocabulary of Entra ID and of plain OpenID Connect. */
export function callerOf(claims: JWTPayload, issuer?: ClaimNames): Caller {
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === 'string' && value ? value : undefined;
  };
  const tenantClaim = issuer?.tenantClaim ?? 'tid';
  const tenantId = issuer?.tenantId ?? parseUuid(text(tenantClaim));
  if (!tenantId) throw incomplete(`'${tenantClaim}' with the id of the tenant, a UUID`);
  const objectClaim = issuer?.objectIdClaim;
  const objectId = objectClaim === undefined ? (text('oid') ?? text('sub')) : text(objectClaim);
  if (!objectId || !OBJECT_ID.test(objectId))
    throw incomplete(`${objectClaim === undefined ? "'oid' or 'sub'" : `'${objectClaim}'`} with the id of the caller`);

  const groups = issuer ? groupsIn(claims[issuer.groupsClaim]) : [];
  // Assignments hold UUIDs in lower case.
  const from = {
    tenantId,
    objectId: parseUuid(objectId) ?? objectId,
    ...(issuer ? { issuer: issuer.url } : {}),
    ...(groups.length > 0 ? { groups } : {}),
  };
  const appId = text('appid') ?? text('azp') ?? text('client_id');
  const person = text('idtyp') === 'app' ? undefined : NAMES_OF_PEOPLE.map(text).find((name) => name !== undefined);
  if (person !== undefined) return { ...from, name: person, type: 'User' };
  if (appId !== undefined) return { ...from, appId, name: appId, type: 'Application' };
  return { ...from, name: objectId, type: 'User' };
}

/** A list, or the only one. */
function groupsIn(claim: unknown): readonly string[] {
  const told = [claim].flat().filter((id): id is string => typeof id === 'string' && OBJECT_ID.test(id));
  const groups = [...new Set(told.map((id) => parseUuid(id) ?? id))];
  const isTooMuch = groups.length > MOST_GROUPS || groups.join('').length > MOST_GROUP_CHARACTERS;
  return isTooMuch ? [] : groups;
}

function incomplete(what: string): ArmError {
  return new ArmError(
    'InvalidAuthenticationToken',
    `The access token lacks the claim ${what}. Have its issuer add the claim.`,
  );
}
