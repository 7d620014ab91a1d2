import { describe, expect, it } from 'vitest';
import { OAuthError } from './oauth-error.js';
import { parseTokenRequest } from './token-request.js';

const FORM = {
  grant_type: 'client_credentials',
  client_id: 'app',
  client_secret: 's+cret%',
  scope: 'https://localhost:8443//.default',
};

function read(body: unknown, authorization?: string): unknown {
  const request = parseTokenRequest(body, authorization);
  if (request.grant !== 'client_credentials') return request;
  const { clientId, clientSecret, audience } = request;
  return { clientId, clientSecret: clientSecret?.reveal(), audience };
}

function refusal(body: unknown, authorization?: string): unknown {
  try {
    return read(body, authorization);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { status: error.status, ...error.toBody(new Date('2026-03-01T12:00:00Z')) };
  }
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('a token request', () => {
  it('takes the audience from the scope as it was sent, less its /.default', () => {
    expect(read(FORM)).toEqual({ clientId: 'app', clientSecret: 's+cret%', audience: 'https://localhost:8443/' });
    expect(read({ ...FORM, scope: 'openid https://localhost:8443/.default' })).toMatchObject({
      audience: 'https://localhost:8443',
    });
  });

  it('takes the audience from the resource of version 1', () => {
    const { scope: _, ...rest } = FORM;
    expect(read({ ...rest, resource: 'https://management.azure.com/' })).toMatchObject({
      audience: 'https://management.azure.com/',
    });
  });

  it.each(['urn:ietf:params:oauth:grant-type:device_code', 'device_code'])(
    'knows a device code as %s',
    (grant_type) => {
      expect(parseTokenRequest({ grant_type, client_id: 'device', device_code: 'code' }, undefined)).toEqual({
        grant: 'urn:ietf:params:oauth:grant-type:device_code',
        clientId: 'device',
        deviceCode: 'code',
      });
    },
  );

  it('takes id and secret from Basic, encoded or bare', () => {
    const body = { grant_type: 'client_credentials', scope: FORM.scope };
    expect(read(body, basic('app:a%2Bb+c:d'))).toMatchObject({ clientId: 'app', clientSecret: 'a+b c:d' });
    expect(read(body, basic('app:100%'))).toMatchObject({ clientId: 'app', clientSecret: '100%' });
  });

  it.each([
    [undefined, 400, 'invalid_request', /^AADSTS90014: The required field 'grant_type' is missing/],
    [{ ...FORM, grant_type: 'implicit' }, 400, 'unsupported_grant_type', /^AADSTS70003: The grant_type 'implicit' /],
    [{ ...FORM, client_id: '' }, 400, 'invalid_request', /^AADSTS90014: The required field 'client_id' is missing/],
    [{ ...FORM, client_secret: '' }, 401, 'invalid_client', /^AADSTS7000216: .*'client_secret' is missing.*'app'/],
    [
      { ...FORM, grant_type: 'password' },
      400,
      'invalid_request',
      /^AADSTS90014: The required field 'username' is missing/,
    ],
    [{ ...FORM, client_assertion: 'x' }, 400, 'invalid_request', /^AADSTS90014: .*'client_assertion_type' is missing/],
    [
      { ...FORM, client_assertion: 'x', client_assertion_type: 'saml' },
      400,
      'invalid_request',
      /^AADSTS7000218: The client_assertion_type must be/,
    ],
    [{ ...FORM, scope: ['a', 'b'] }, 400, 'invalid_request', /^AADSTS9000411: The field 'scope' must be sent once/],
    [{ ...FORM, scope: '' }, 400, 'invalid_request', /^AADSTS90014: The required field 'scope' \(or 'resource'\)/],
    [{ ...FORM, scope: 'user.read' }, 400, 'invalid_scope', /^AADSTS70011: The scope 'user.read' is not of the form/],
    [{ ...FORM, scope: 'x/.default' }, 400, 'invalid_scope', /^AADSTS70011: The resource 'x' is not a URL/],
  ])('is refused when it is %j', (body, status, error, description) => {
    expect(refusal(body)).toEqual({
      status,
      error,
      error_description: expect.stringMatching(description),
      error_codes: [expect.any(Number)],
      timestamp: '2026-03-01T12:00:00.000Z',
    });
  });

  it('is refused when its Basic header holds no id and secret', () => {
    expect(refusal(FORM, basic('app'))).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});
