import { afterAll, beforeAll, expect, test } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

let app: ArmApp;
let registry: string;

beforeAll(async () => {
  app = await armApp();
  registry = (await app.given.registry()).path;
});
afterAll(() => app?.close());

const errorOf = ({ status, body }: { readonly status: number; readonly body: unknown }) => {
  const { error } = body as { error: { code: string; target?: string; details?: readonly { target?: string }[] } };
  return [status, error.code, ...(error.details ?? [error]).map(({ target }) => target)];
};

test('which tags are immutable is set, shown, changed and taken back', async () => {
  const path = `${registry}/tagImmutabilityPolicies/default`;
  const policy = (...rules: object[]) => ({
    id: path,
    name: 'default',
    type: 'Microsoft.ContainerRegistry/registries/tagImmutabilityPolicies',
    properties: { rules },
  });
  expect(errorOf(await app.request('GET', path))).toEqual([404, 'ResourceNotFound', undefined]);
  expect((await app.request('DELETE', path)).status).toBe(204);
  const prod = { repositories: ['prod/*'], tags: ['v*'] };
  const base = { repositories: ['base'] };
  expect(await app.request('PUT', path, { properties: { rules: [prod] } })).toMatchObject({
    status: 200,
    body: policy(prod),
  });
  expect(await app.request('PUT', path, { properties: { rules: [base] } })).toMatchObject({
    status: 200,
    body: policy({ ...base, tags: ['*'] }),
  });
  expect((await app.request('GET', path.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))).body).toEqual(
    policy({ ...base, tags: ['*'] }),
  );
  expect((await app.request('DELETE', path)).status).toBe(200);
  expect(errorOf(await app.request('GET', path))).toEqual([404, 'ResourceNotFound', undefined]);
});

test.each<[string, unknown, ...(string | undefined)[]]>([
  ['nothing', {}, 'properties'],
  ['no rules', { properties: { rules: [] } }, 'properties.rules'],
  ['no repositories', { properties: { rules: [{ tags: ['v1'] }] } }, 'properties.rules.0.repositories'],
  [
    'what is no pattern',
    { properties: { rules: [{ repositories: ['Prod/*'], tags: ['(v'] }] } },
    'properties.rules.0.repositories',
    'properties.rules.0.tags',
  ],
  ['an unknown member', { properties: { rules: [{ repositories: ['a'], tag: 'v1' }] } }, 'properties.rules.0.tag'],
])('immutability of %s is refused', async (_what, body, ...targets) => {
  const answer = errorOf(await app.request('PUT', `${registry}/tagImmutabilityPolicies/default`, body));
  expect(answer).toEqual([400, 'InvalidParameter', ...targets]);
});

test('policies are of registries that are there, in versions that serve them, for who may write', async () => {
  const body = { properties: { rules: [{ repositories: ['a'] }] } };
  const path = `${registry}/tagImmutabilityPolicies/default`;
  expect(errorOf(await app.request('PUT', path.replace(/registries\/\w+/, 'registries/nobody99'), body))).toEqual([
    404,
    'ParentResourceNotFound',
    undefined,
  ]);
  expect(errorOf(await app.request('PUT', path, body, { apiVersion: '2015-01-01' }))).toEqual([
    400,
    'NoRegisteredProviderFound',
    'api-version',
  ]);
  expect(errorOf(await app.request('GET', path.replace(/default$/, 'other')))).toEqual([
    400,
    'InvalidResourceName',
    'name',
  ]);
  const token = await app.token({ role: 'Reader' });
  expect((await app.request('PUT', path, body, { token })).status).toBe(403);
  await app.sql(`update registry_contents set is_indexed = false`);
  expect(errorOf(await app.request('PUT', path, body))).toEqual([400, 'FeatureNotSupported', undefined]);
});

test('what goes by itself is set, shown, evaluated and taken back', async () => {
  await app.sql(`update registry_contents set is_indexed = true`);
  const path = `${registry}/lifecyclePolicies/default`;
  expect(errorOf(await app.request('POST', `${path}/evaluate`))).toEqual([404, 'ResourceNotFound', undefined]);
  const rule = { name: 'old', repositories: ['ci/*'], tags: ['pr-*'], keepLast: 3, olderThanDays: 30 };
  const properties = { status: 'disabled', rules: [rule] };
  expect(await app.request('PUT', path, { properties })).toMatchObject({
    status: 200,
    body: { id: path, name: 'default', properties },
  });
  expect(await app.request('GET', path)).toMatchObject({ status: 200, body: { properties } });
  expect(await app.request('POST', `${path}/evaluate`)).toMatchObject({ status: 200, body: { value: [] } });
  const everything = { status: 'enabled', rules: [{ name: 'all', repositories: ['*'] }] };
  expect(errorOf(await app.request('PUT', path, { properties: everything }))).toEqual([
    400,
    'InvalidParameter',
    'properties.rules.0',
  ]);
  expect((await app.request('DELETE', path)).status).toBe(200);
  expect((await app.request('DELETE', path)).status).toBe(204);
});
