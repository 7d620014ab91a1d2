import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { unauthorized } from './challenge.js';
import { OciError } from './oci-error.js';
import { networkOf } from '../forwarding/network-of.js';
import { identityOf, isRefusedLogin, operationOf, triesToLogIn } from './rate-operation.js';

const ORIGIN = { base: 'https://localhost:5100', service: 'localhost:5100' };

describe('a request counts', () => {
  it.each([
    ['manifest', 'GET', 'reads'],
    ['manifest', 'HEAD', 'reads'],
    ['manifest', 'PUT', 'writes'],
    ['manifest', 'DELETE', 'writes'],
    ['blob', 'GET', 'reads'],
    ['blob', 'HEAD', 'reads'],
    ['blob', 'DELETE', 'writes'],
    ['uploads', 'POST', 'writes'],
    ['upload', 'GET', 'reads'],
    ['upload', 'PATCH', undefined],
    ['upload', 'PUT', 'writes'],
    ['upload', 'DELETE', 'writes'],
    ['tags', 'GET', 'reads'],
    ['catalog', 'GET', 'reads'],
    ['referrers', 'GET', 'reads'],
    ['base', 'GET', undefined],
    ['acr', 'GET', 'reads'],
    ['acr', 'PATCH', 'writes'],
    ['acr', 'DELETE', 'writes'],
  ] as const)('as what it does: %s %s', (kind, method, operation) => {
    expect(operationOf(kind, method)).toBe(operation);
  });

  it('for whoever sends it, by name or else by address', () => {
    const password = { name: 'password', version: 1 } as never;
    expect([
      identityOf({ kind: 'admin', user: 'Reg', password }, '10.0.0.1'),
      identityOf({ kind: 'anonymous', user: '' }, '10.0.0.1'),
      identityOf({ kind: 'anonymous', user: '' }, '2001:db8:0:1:aaaa::1'),
    ]).toEqual(['admin reg', 'anonymous 10.0.0.1', 'anonymous 2001:db8:0:1::/64']);
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('the address %s for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('a login', () => {
  const request = (method: string, url: string, authorization?: string) =>
    ({ method, url, headers: { authorization } }) as IncomingMessage;

  it('is tried by a password, or by a form', () => {
    const tried = [
      request('GET', '/oauth2/token?service=a', 'Basic YTpi'),
      request('GET', '/v2/a/tags/list', 'basic YTpi'),
      request('POST', '/oauth2/token'),
      request('POST', '/oauth2/exchange'),
    ];
    const others = [request('GET', '/oauth2/token'), request('GET', '/v2/', 'Bearer a'), request('POST', '/v2/a/b')];
    expect([tried.map(triesToLogIn), others.map(triesToLogIn)]).toEqual([
      [true, true, true, true],
      [false, false, false],
    ]);
  });

  it('is refused when what was presented is no good, and not when it is good for less', () => {
    expect([
      isRefusedLogin(new OciError('UNAUTHORIZED', 'wrong')),
      isRefusedLogin(unauthorized(ORIGIN, [], undefined, 'wrong')),
      isRefusedLogin(unauthorized(ORIGIN, [], 'insufficient_scope')),
      isRefusedLogin(new OciError('DENIED', 'no')),
      isRefusedLogin(new Error('broken')),
    ]).toEqual([true, true, false, false, false]);
  });
});
