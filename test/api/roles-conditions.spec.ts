import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { whereRepository } from '../support/given-role.js';
import { principal } from '../support/principal.js';

const ROLE = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed('Container Registry Repository Reader')!.id}`;

let app: ArmApp;
let registry: string;

beforeAll(async () => {
  app = await armApp();
  registry = (await app.given.registry()).path;
});
afterAll(() => app?.close());

/** Assigns the role of reading repositories to somebody, under that condition. */
async function assigned(condition: string | null, conditionVersion?: string | null) {
  const { objectId: principalId } = await principal(app);
  const path = `${registry}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;
  const properties = { roleDefinitionId: ROLE, principalId, condition, conditionVersion };
  const { status, body } = await app.request('PUT', path, { properties }, { apiVersion: '2022-04-01' });
  return { status, told: body['properties'] ?? body['error'] };
}

it('a condition is told as it was written, with its version', async () => {
  const condition = whereRepository("StringEqualsIgnoreCase 'samples'");
  const told = { condition, conditionVersion: '2.0' };
  expect(await assigned(condition, '2.0')).toMatchObject({ status: 201, told });
  expect(await assigned(condition)).toMatchObject({ status: 201, told });
});

it.each<[string | null, string | null | undefined]>([
  [null, null],
  ['', undefined],
  ['', ''],
])('no condition is none: %j of version %j', async (condition, version) => {
  expect(await assigned(condition, version)).toMatchObject({
    status: 201,
    told: { condition: null, conditionVersion: null },
  });
});

it.each([
  ['(', 'The condition cannot be read at character 2: here should be an attribute'],
  [' ', 'The condition cannot be read at character 2: here should be an attribute'],
  [whereRepository("StringSounds 'a'"), "there is no operator 'StringSounds'."],
  [
    "@Resource[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'a'",
    'which no request to a registry has',
  ],
])('the condition %j is refused, and why is said', async (condition, why) => {
  expect(await assigned(condition, '2.0')).toMatchObject({
    status: 400,
    told: { target: 'properties.condition', message: expect.stringContaining(why) as string },
  });
});

it('a condition is of version 2.0, and there is no version without one', async () => {
  const target = 'properties.conditionVersion';
  expect(await assigned(whereRepository("StringEquals 'a'"), '1.0')).toMatchObject({ status: 400, told: { target } });
  expect(await assigned(null, '2.0')).toMatchObject({ status: 400, told: { target } });
});
