import { Secret } from '../secrets/secret.js';
import { OAuthError } from './oauth-error.js';

const GRANT = 'client_credentials';
const DEFAULT_SCOPE = '/.default';
const MAX_AUDIENCE_LENGTH = 512;

/** A request for a token of a service principal, read and complete. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** What the token is for; becomes its `aud` as it was sent. */
  readonly audience: string;
}

type Form = ReadonlyMap<string, string>;

/**
 * Reads the form body and the `Authorization` header of a token request.
 * @throws OAuthError naming the field at fault.
 */
export function parseTokenRequest(body: unknown, authorization: string | undefined): TokenRequest {
  const form = formOf(body);
  const grant = required(form, 'grant_type');
  if (grant !== GRANT)
    throw new OAuthError('unsupportedGrant', `The grant_type '${grant}' is not supported; this issuer has ${GRANT}.`);
  return { ...credentialsOf(form, authorization), audience: audienceOf(form) };
}

function formOf(body: unknown): Form {
  const form = new Map<string, string>();
  for (const [name, value] of Object.entries(body ?? {})) {
    if (typeof value !== 'string')
      throw new OAuthError('repeatedField', `The field '${name}' must be sent once, as text in a form body.`);
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

function credentialsOf(form: Form, authorization: string | undefined): Omit<TokenRequest, 'audience'> {
  const basic = basicCredentials(authorization);
  if (basic) return basic;
  const clientId = required(form, 'client_id');
  if (form.has('client_assertion'))
    throw new OAuthError(
      'unsupportedCredential',
      'Certificates and federated tokens (client_assertion) are not supported; send client_secret.',
    );
  const secret = form.get('client_secret');
  if (secret === undefined)
    throw new OAuthError('missingSecret', `The field 'client_secret' is missing for application '${clientId}'.`);
  return { clientId, clientSecret: new Secret(secret) };
}

function basicCredentials(authorization: string | undefined): Omit<TokenRequest, 'audience'> | undefined {
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
