import { describe, expect, test } from 'vitest';
import { isManagedIdentityRefusal, readManagedIdentityRequest } from './managed-identity-request.js';
import type { IdentifiedPrincipal } from './managed-identities.repository.js';

const RESOURCE = 'https://management.azure.com/';
const APP_SERVICE = { 'api-version': '2019-08-01', resource: RESOURCE };
const SECRET = { 'x-identity-header': 'value' };
const IDENTITY = { appId: 'app', objectId: 'object', resourceId: '/Sub/Mine' } as IdentifiedPrincipal;

const read = (query: Readonly<Record<string, unknown>> = APP_SERVICE, headers = {}, address = '127.0.0.1') =>
  readManagedIdentityRequest({ address, headers: { ...SECRET, ...headers }, query });

describe('a request for a token of a managed identity', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('is heard from %s', (address) => {
    expect(read(APP_SERVICE, {}, address)).toMatchObject({ resource: RESOURCE });
  });

  test.each(['10.0.0.1', '::ffff:10.0.0.1', '::', 'fe80::1', '2001:db8::1', '1127.0.0.1', ''])(
    'is not heard from %s',
    (address) => {
      expect(read(APP_SERVICE, {}, address)).toMatchObject({ status: 403, error: 'access_denied' });
    },
  );

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'is not heard through a proxy that adds %s',
    (name) => {
      expect(read(APP_SERVICE, { [name]: '127.0.0.1' })).toMatchObject({ status: 403, error: 'access_denied' });
    },
  );

  test.each<[string, object, object, object]>([
    ['2019-08-01', {}, { 'x-identity-header': 'value' }, { secret: 'value' }],
    ['2018-02-01', { metadata: 'true' }, { 'x-identity-header': 'value' }, { secret: 'value' }],
    ['2017-09-01', {}, { secret: 'value' }, { 'x-identity-header': 'value' }],
  ])('of version %s has its secret in a header of its own', (version, more, right, wrong) => {
    const of = (headers: object) =>
      readManagedIdentityRequest({
        address: '::1',
        headers: { ...more, ...headers },
        query: { 'api-version': version, resource: RESOURCE },
      });
    expect(of(right)).toMatchObject({ resource: RESOURCE });
    expect(of(wrong)).toMatchObject({ status: 401, error: 'unauthorized_client' });
  });

  test.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['no version', { resource: RESOURCE }, {}],
    ['an unknown version', { ...APP_SERVICE, 'api-version': '2020-06-01' }, {}],
    ['two versions', { ...APP_SERVICE, 'api-version': ['2019-08-01', '2018-02-01'] }, {}],
    ['no resource', { 'api-version': '2019-08-01' }, {}],
    ['a resource that is no URL', { ...APP_SERVICE, resource: 'registries' }, {}],
    ['a resource without end', { ...APP_SERVICE, resource: `https://a.example/${'a'.repeat(512)}` }, {}],
    ['no Metadata', { ...APP_SERVICE, 'api-version': '2018-02-01' }, {}],
    ['another Metadata', { ...APP_SERVICE, 'api-version': '2018-02-01' }, { metadata: 'false' }],
  ])('with %s is refused', (_, query, headers) => {
    expect(read(query, headers)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  test.each<[Readonly<Record<string, unknown>>, boolean]>([
    [{}, true],
    [{ client_id: 'APP' }, true],
    [{ clientid: 'app' }, true],
    [{ object_id: 'object' }, true],
    [{ principal_id: 'object' }, true],
    [{ mi_res_id: '/sub/mine' }, true],
    [{ msi_res_id: '/sub/mine', client_id: 'app' }, true],
    [{ client_id: 'object' }, false],
    [{ msi_res_id: '/sub/mine', client_id: 'another' }, false],
    [{ client_id: ['app', 'another'] }, false],
    [{ client_id: '' }, false],
  ])('that names %j means the identity: %s', (named, expected) => {
    const request = read({ ...APP_SERVICE, ...named });
    expect(!isManagedIdentityRefusal(request) && request.isMeant(IDENTITY)).toBe(expected);
  });

  test('that names a resource does not mean the identity of the system', () => {
    const request = read({ ...APP_SERVICE, mi_res_id: ['/a', '/b'] });
    expect(!isManagedIdentityRefusal(request) && request.isMeant({ ...IDENTITY, resourceId: null })).toBe(false);
  });
});
