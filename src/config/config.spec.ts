import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.js';
import { CLIENT_VARIABLES, SETTINGS, variableOf, type SettingName } from './settings.js';

/** What is printed about these variables. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [];
  }
  return [];
}

describe('the settings', () => {
  it('all have a default that can be read', () => {
    expect(loadConfig({})).toMatchObject({
      port: 8443,
      registryPorts: { from: 5100, to: 5999 },
      roles: ['api', 'edge', 'worker'],
      loginServerSuffix: '.azurecr.localhost',
      loginServerStyle: 'port',
      encryptionKey: undefined,
    });
  });

  it('are told all their problems at once, each with its variable', () => {
    const problems = problemsOf({
      BERTH_PORT: 'https',
      BERTH_REGISTRY_PORTS: '6000-5000',
      BERTH_ROLES: 'api,chef',
      BERTH_ENCRYPTION_KEY: 'short',
      BERTH_LOGIN_SERVER_SUFFIX: 'azurecr.io',
      BERTH_REGIONS: 'West Europe',
      BERTH_PROT: '8443',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'BERTH_PROT',
      'BERTH_PORT',
      'BERTH_REGISTRY_PORTS',
      'BERTH_ROLES',
      'BERTH_LOGIN_SERVER_SUFFIX',
      'BERTH_REGIONS',
      'BERTH_ENCRYPTION_KEY',
    ]);
    expect(problems[0]).toBe('BERTH_PROT is not a setting; .env.example lists them all.');
    expect(problems[1]).toBe('BERTH_PORT must be a whole number from 0 to 65535, not "https".');
  });

  it('do not mind the variables of clients', () => {
    expect(problemsOf(Object.fromEntries(CLIENT_VARIABLES.map((name) => [name, 'x'])))).toEqual([]);
    expect(problemsOf({ PATH: '/bin', NODE_ENV: 'test' })).toEqual([]);
  });

  it('never print a key', () => {
    const [problem] = problemsOf({ BERTH_ENCRYPTION_KEY: 'c2VjcmV0' });
    expect(problem).toBe('BERTH_ENCRYPTION_KEY must be 32 bytes in base64.');
  });

  it('want a database of its own for a service that is split', () => {
    expect(problemsOf({ BERTH_ROLES: 'api' })[0]).toContain('set BERTH_DATABASE_URL');
    expect(problemsOf({ BERTH_ROLES: 'api', BERTH_DATABASE_URL: 'postgres://localhost/berth' })).toEqual([]);
  });

  it('have variables in upper snake case', () => {
    const variables = (Object.keys(SETTINGS) as SettingName[]).map(variableOf);
    expect(new Set(variables).size).toBe(variables.length);
    for (const variable of variables) expect(variable).toMatch(/^BERTH_[A-Z]+(_[A-Z]+)*$/);
    expect(variableOf('engineIdleSeconds')).toBe('BERTH_ENGINE_IDLE_SECONDS');
  });
});
