import { describe, expect, it } from 'vitest';
import { ArmError } from '../arm/arm-error.js';
import { bearerTokenOf, challenged } from './bearer-token.js';

describe('the Authorization header', () => {
  it('gives the token, however Bearer is written', () => {
    expect(['Bearer a.b.c', 'bearer a.b.c'].map(bearerTokenOf)).toEqual(['a.b.c', 'a.b.c']);
  });

  it.each([
    [undefined, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
    ['Basic YTpi', 'InvalidAuthenticationToken', expect.stringContaining("must be 'Bearer' and an access token")],
    ['Bearer ', 'InvalidAuthenticationToken', expect.stringContaining("must be 'Bearer' and an access token")],
    ['Bearer a b', 'InvalidAuthenticationToken', expect.stringContaining("must be 'Bearer' and an access token")],
  ])('that is %s is refused', (header, code, message) => {
    expect(() => bearerTokenOf(header)).toThrow(expect.objectContaining({ code, message }));
  });

  it('is challenged with nothing that could break out of the header', () => {
    const error = challenged(new ArmError('InvalidAuthenticationToken', 'for "x"\r\nSet-Cookie: \\é'), 'https://h:1');
    expect(error).toMatchObject({
      code: 'InvalidAuthenticationToken',
      message: 'for "x"\r\nSet-Cookie: \\é',
      headers: {
        'WWW-Authenticate':
          'Bearer authorization_uri="https://h:1/adfs", error="invalid_token", ' +
          `error_description="for 'x'??Set-Cookie: ??"`,
      },
    });
  });

  it('leaves errors alone that are not about the token', () => {
    const away = new ArmError('ServerTimeout', 'x');
    expect(challenged(away, 'https://h:1')).toBe(away);
  });
});
