import { describe, expect, it } from 'vitest';
import { callerOf } from './caller-of.js';

const tid = '6F3C2C1E-0b5a-4a44-9d0e-3f1f7e0e8a11';
const tenantId = tid.toLowerCase();

describe('the caller of a token', () => {
  it.each([
    [
      'an application',
      { appid: 'a', oid: 'o', idtyp: 'app' },
      { objectId: 'o', appId: 'a', name: 'a', type: 'Application' },
    ],
    [
      'an application of version 2',
      { azp: 'a', oid: 'o' },
      { objectId: 'o', appId: 'a', name: 'a', type: 'Application' },
    ],
    [
      'an application that has a name',
      { appid: 'a', sub: 's', idtyp: 'app', upn: 'x' },
      { objectId: 's', appId: 'a', name: 'a', type: 'Application' },
    ],
    [
      'a person who uses an application',
      { appid: 'az', oid: 'o', upn: 'ann@x' },
      { objectId: 'o', name: 'ann@x', type: 'User' },
    ],
    ['a person without a name', { sub: 's' }, { objectId: 's', name: 's', type: 'User' }],
  ])('is %s', (_, claims, caller) => {
    expect(callerOf({ tid, ...claims })).toEqual({ tenantId, ...caller });
  });

  it('cannot be told without a tenant or without an id', () => {
    expect(() => callerOf({ oid: 'o' })).toThrow(/lacks the claim 'tid'/);
    expect(() => callerOf({ tid, sub: '' })).toThrow(/lacks the claim 'oid' or 'sub'/);
  });
});
