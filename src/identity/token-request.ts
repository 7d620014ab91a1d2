import { Secret } from '../secrets/secret.js';
import { OAuthError } from './oauth-error.js';
import { DEVICE_CODE_GRANT, GRANTS } from './token-grants.js';
import type { ClientCredentials, Grant, TokenRequest, WantedScopes } from './token-grants.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const DEFAULT_SCOPE = '/.default';
const MAX_AUDIENCE_LENGTH = 512;
const MAX_CLIENT_ID_LENGTH = 256;
/** Assertions are the longest, and these are headers elsewhere. */
const MAX_FIELD_LENGTH = 16_384;

/** MSAL for Node has a name of its own. */
const ALIASES: ReadonlyMap<string, Grant> = new Map([['device_code', DEVICE_CODE_GRANT]]);

type Form = ReadonlyMap<string, string>;

const READERS: Readonly<Record<Grant, (form: Form, authorization: string | undefined) => TokenRequest>> = {
  client_credentials: (form, authorization) => ({
    grant: 'client_credentials',
    ...credentialsOf(form, authorization),
    audience: audienceOf(form),
  }),
  password: (form) => ({
    grant: 'password',
    clientId: publicClientOf(form),
    userName: required(form, 'username'),
    password: new Secret(required(form, 'password')),
    ...wantedScopesOf(form),
  }),
  refresh_token: (form) => ({
    grant: 'refresh_token',
    clientId: publicClientOf(form),
    refreshToken: required(form, 'refresh_token'),
    audience: form.has('scope') || form.has('resource') ? audienceOf(form) : undefined,
  }),
  [DEVICE_CODE_GRANT]: (form) => ({
    grant: DEVICE_CODE_GRANT,
    clientId: publicClientOf(form),
    deviceCode: form.get('device_code') ?? required(form, 'code'),
  }),
};

/**
 * Reads the form body and the `Authorization` header of a token request.
 * @throws OAuthError naming the field at fault.
 */
export function parseTokenRequest(body: unknown, authorization: string | undefined): TokenRequest {
  const form = formOf(body);
  const asked = required(form, 'grant_type');
  const grant = ALIASES.get(asked) ?? asked;
  if (!isGrant(grant))
    throw new OAuthError(
      'unsupportedGrant',
      `The grant_type '${asked}' is not supported; this issuer has ${GRANTS.join(', ')}.`,
    );
  return READERS[grant](form, authorization);
}

/** Reads a request for a device code. */
export function parseDeviceRequest(body: unknown): WantedScopes & { readonly clientId: string } {
  const form = formOf(body);
  return { clientId: publicClientOf(form), ...wantedScopesOf(form) };
}

function isGrant(text: string): text is Grant {
  return (GRANTS as readonly string[]).includes(text);
}

/** Clients that users sign in with have no secret, and may call themselves whatever they like. */
function publicClientOf(form: Form): string {
  return required(form, 'client_id').slice(0, MAX_CLIENT_ID_LENGTH);
}

function wantedScopesOf(form: Form): WantedScopes {
  return { audience: audienceOf(form), scopes: (form.get('scope') ?? '').split(' ').filter(Boolean) };
}

function formOf(body: unknown): Form {
  const form = new Map<string, string>();
  for (const [name, value] of Object.entries(body ?? {})) {
    if (typeof value !== 'string')
      throw new OAuthError('repeatedField', `The field '${name}' must be sent once, as text in a form body.`);
    if (value.length > MAX_FIELD_LENGTH || value.includes('\0'))
      throw new OAuthError(
        'malformedField',
        `A field of the form is longer than ${MAX_FIELD_LENGTH} characters, or has a character in it that is no text.`,
      );
    if (value) form.set(name, value);
  }
  return form;
}

function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined)
    throw new OAuthError(
      'missingField',
      `The required field '${name}' is missing from the form body (application/x-www-form-urlencoded).`,
    );
  return value;
}

function credentialsOf(form: Form, authorization: string | undefined): Omit<ClientCredentials, 'audience' | 'grant'> {
  const basic = basicCredentials(authorization);
  if (basic) return basic;
  const clientId = required(form, 'client_id');
  const assertion = form.get('client_assertion');
  if (assertion !== undefined) {
    if (required(form, 'client_assertion_type') !== ASSERTION_TYPE)
      throw new OAuthError('unsupportedCredential', `The client_assertion_type must be '${ASSERTION_TYPE}'.`);
    return { clientId, assertion };
  }
  const secret = form.get('client_secret');
  if (secret === undefined)
    throw new OAuthError('missingSecret', `The field 'client_secret' is missing for application '${clientId}'.`);
  return { clientId, clientSecret: new Secret(secret) };
}

function basicCredentials(
  authorization: string | undefined,
): Omit<ClientCredentials, 'audience' | 'grant'> | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [, clientId, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (!clientId || !secret)
    throw new OAuthError('missingSecret', "The Authorization header must be 'Basic' with base64 of '<id>:<secret>'.");
  return { clientId: formDecoded(clientId), clientSecret: new Secret(formDecoded(secret)) };
}

/** RFC 6749 has id and secret form-encoded inside Basic; many clients send them bare, and those need not decode. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** `scope=<resource>/.default` of version 2 of the protocol, or `resource=<resource>` of version 1. */
function audienceOf(form: Form): string {
  const resource = form.get('resource') ?? resourceOf(form.get('scope'));
  if (resource === undefined)
    throw new OAuthError('missingField', "The required field 'scope' (or 'resource') is missing from the form body.");
  if (!URL.canParse(resource) || resource.length > MAX_AUDIENCE_LENGTH)
    throw new OAuthError('invalidScope', `The resource '${resource.slice(0, MAX_AUDIENCE_LENGTH)}' is not a URL.`);
  return resource;
}

function resourceOf(scope: string | undefined): string | undefined {
  if (scope === undefined) return undefined;
  const found = scope.split(' ').find((item) => item.endsWith(DEFAULT_SCOPE));
  if (found === undefined)
    throw new OAuthError('invalidScope', `The scope '${scope}' is not of the form '<resource>${DEFAULT_SCOPE}'.`);
  return found.slice(0, -DEFAULT_SCOPE.length);
}
