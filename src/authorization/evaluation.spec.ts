import { describe, expect, it } from 'vitest';
import { BUILT_IN_ROLES, builtInRoleNamed } from './built-in-roles.js';
import { allows, givesAction, givesDataAction, matches } from './evaluation.js';

const READ = 'Microsoft.ContainerRegistry/registries/read';

const permission = (of: object) => ({ actions: [], notActions: [], dataActions: [], notDataActions: [], ...of });

describe('a pattern of actions', () => {
  it.each([
    ['*', READ, true],
    ['*/read', READ, true],
    ['*/read', 'Microsoft.ContainerRegistry/registries/write', false],
    ['*/read', 'read', false],
    ['microsoft.containerregistry/REGISTRIES/Read', READ, true],
    ['Microsoft.ContainerRegistry/*', READ, true],
    ['Microsoft.ContainerRegistry/*/read', 'Microsoft.ContainerRegistry/registries/tokens/read', true],
    ['Microsoft.ContainerRegistry/*/read', 'Microsoft.ContainerRegistry/read', false],
    ['Microsoft.*/registries/*/action', 'Microsoft.ContainerRegistry/registries/listCredentials/action', true],
    ['Microsoft.*/registries/*/action', 'Microsoft.ContainerRegistry/registries/action', false],
    ['a*a', 'a', false],
    ['a*b*b', 'ab', false],
    ['a*b*b', 'abb', true],
    ['Microsoft.ContainerRegistry/registries/rea', READ, false],
    ['.*', READ, false],
    ['', '', true],
  ])('%s and %s: %s', (pattern, action, expected) => {
    expect(matches(pattern, action)).toBe(expected);
  });
});

describe('what permissions give', () => {
  it('is not what they take out again', () => {
    const all = [permission({ actions: ['*'], notActions: ['*/write'] })];
    expect(givesAction(all, READ)).toBe(true);
    expect(givesAction(all, 'Microsoft.ContainerRegistry/registries/write')).toBe(false);
  });

  it('is not taken away by another one', () => {
    const both = [permission({ actions: ['*'], notActions: ['*/write'] }), permission({ actions: ['*/write'] })];
    expect(givesAction(both, 'Microsoft.ContainerRegistry/registries/write')).toBe(true);
  });

  it('is not the data of a resource where only actions are named, nor the reverse', () => {
    expect(givesDataAction([permission({ actions: ['*'] })], READ)).toBe(false);
    expect(givesAction([permission({ dataActions: ['*'] })], READ)).toBe(false);
    expect(givesDataAction([permission({ dataActions: ['*'], notDataActions: ['*/read'] })], READ)).toBe(false);
  });

  it('is no right to assign roles where a condition goes with it', () => {
    const owner = { role: builtInRoleNamed('Owner')!, condition: 'any' };
    expect(allows([owner], READ)).toBe(true);
    expect(allows([owner], 'Microsoft.Authorization/roleAssignments/write')).toBe(false);
    expect(allows([{ ...owner, condition: null }], 'Microsoft.Authorization/roleAssignments/write')).toBe(true);
  });
});

describe('the built-in roles', () => {
  it('have ids and names of their own', () => {
    expect(new Set(BUILT_IN_ROLES.map(({ id }) => id)).size).toBe(14);
    expect(new Set(BUILT_IN_ROLES.map(({ name }) => name)).size).toBe(14);
  });

  it.each([
    ['Owner', 'Microsoft.Authorization/roleAssignments/write', true],
    ['Contributor', 'Microsoft.ContainerRegistry/registries/write', true],
    ['Contributor', 'Microsoft.ContainerRegistry/registries/listCredentials/action', true],
    ['Contributor', 'Microsoft.Authorization/roleAssignments/write', false],
    ['Contributor', 'Microsoft.Authorization/locks/delete', false],
    ['Contributor', 'Microsoft.Authorization/roleAssignments/read', true],
    ['Reader', READ, true],
    ['Reader', 'Microsoft.ContainerRegistry/registries/listCredentials/action', false],
    ['User Access Administrator', 'Microsoft.Authorization/roleAssignments/write', true],
    ['User Access Administrator', 'Microsoft.ContainerRegistry/registries/write', false],
    ['AcrPull', READ, false],
    ['AcrPull', 'Microsoft.ContainerRegistry/registries/pull/read', true],
    ['Reader', 'Microsoft.ContainerRegistry/registries/pull/read', true],
  ])('%s and %s: %s', (name, action, expected) => {
    expect(givesAction(builtInRoleNamed(name)!.permissions, action)).toBe(expected);
  });
});
