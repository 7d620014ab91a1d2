import { expect, test } from 'vitest';
import { readGet, readPost } from './token-request.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

test("docker's request carries user and password in the header, and scopes that may repeat", () => {
  const query = new URLSearchParams(
    'account=contoso&service=localhost:5100&scope=repository:a:pull&scope=repository:b:pull,push&client_id=docker&offline_token=true',
  );
  const { proof, ...rest } = readGet(query, basic('contoso:p:w'));
  expect(rest).toEqual({
    service: 'localhost:5100',
    isForTrust: false,
    isOffline: true,
    access: [
      { type: 'repository', name: 'a', actions: ['pull'] },
      { type: 'repository', name: 'b', actions: ['pull', 'push'] },
    ],
  });
  expect(proof.kind === 'password' && [proof.user, proof.password.reveal()]).toEqual(['contoso', 'p:w']);
});

test('a scope of content trust has a host before the name, and is for the repository below it', () => {
  const asked = (scope: string) => {
    const hosts = ['localhost:5100', 'contoso.registry.localhost'];
    const { access, isForTrust } = readGet(new URLSearchParams({ scope }), undefined, hosts);
    return [access.map(({ name, actions }) => `${name}:${actions.join()}`), isForTrust];
  };
  expect(asked('repository:localhost:5100/team/a:push,pull')).toEqual([['team/a:push,pull'], true]);
  // It may be the name of a repository as well.
  expect(asked('repository:Contoso.registry.localhost/a:pull')).toEqual([['a:pull'], true]);
  expect(asked('repository:contoso.registry.localhost/a:pull')).toEqual([
    ['contoso.registry.localhost/a:pull', 'a:pull'],
    true,
  ]);
  expect(asked('repository:localhost:5101/a:pull')).toEqual([[], false]);
  expect(asked('repository:team/a:pull')).toEqual([['team/a:pull'], false]);
});

test('the user of zeros brings a refresh token for a password', () => {
  const { proof } = readGet(new URLSearchParams(), basic(`${TOKEN_USER}:token`));
  expect(proof.kind === 'refresh' && proof.token.reveal()).toBe('token');
});

test('a request without a header proves nothing, and one with a strange header is refused', () => {
  expect(readGet(new URLSearchParams(), undefined).proof).toEqual({ kind: 'none' });
  for (const header of ['Bearer x', 'Basic', 'Basic !!!', basic('no colon'), basic(':no user')])
    expect(() => readGet(new URLSearchParams(), header)).toThrow(
      expect.objectContaining({ status: 401, code: 'UNAUTHORIZED' }),
    );
});

test('the password and refresh_token grants of OAuth are read from the form', () => {
  const byPassword = readPost(
    new URLSearchParams('grant_type=password&username=contoso&password=pw&service=s&access_type=offline'),
  );
  expect(byPassword).toMatchObject({ proof: { kind: 'password', user: 'contoso' }, service: 's', isOffline: true });
  const byToken = readPost(new URLSearchParams('grant_type=refresh_token&refresh_token=t&scope=registry:catalog:*'));
  expect(byToken).toMatchObject({
    proof: { kind: 'refresh' },
    service: undefined,
    access: [{ type: 'registry', name: 'catalog', actions: ['*'] }],
  });
});

test.each([
  ['', "The field 'grant_type' is missing from the form body (application/x-www-form-urlencoded)."],
  ['grant_type=implicit', "The grant_type 'implicit' is not supported here; use password or refresh_token."],
  ['grant_type=constructor', "The grant_type 'constructor' is not supported here; use password or refresh_token."],
  ['grant_type=password', "The field 'username' is missing from the form body (application/x-www-form-urlencoded)."],
  [
    'grant_type=password&username=a&password=',
    "The field 'password' is missing from the form body (application/x-www-form-urlencoded).",
  ],
])('the form "%s" is answered 400 with what is wrong', (form, message) => {
  expect(() => readPost(new URLSearchParams(form))).toThrow(expect.objectContaining({ status: 400, message }));
});
