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

  it('take limits and networks in one form, and say which', () => {
    const good = { BERTH_READ_LIMIT: '250+25', BERTH_TRUSTED_PROXIES: '10.0.0.0/8, fd00::1' };
    expect(loadConfig(good)).toMatchObject({
      readLimit: { burst: 250, perSecond: 25 },
      trustedProxies: [
        { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
        { address: 'fd00::1', prefix: 128, family: 'ipv6' },
      ],
    });
    expect(problemsOf({ BERTH_READ_LIMIT: '250', BERTH_WRITE_LIMIT: '0+1', BERTH_DELETE_LIMIT: '1+0' })).toEqual(
      [
        ['READ', '250'],
        ['WRITE', '0+1'],
        ['DELETE', '1+0'],
      ].map(
        ([kind, text]) =>
          `BERTH_${kind}_LIMIT must be two whole numbers above 0, such as 250+25 for 250 at once and 25 per second, not "${text}".`,
      ),
    );
    for (const text of ['10.0.0.0/33', 'fd00::/129', 'proxy.example', '10.0.0.0/', '10.0.0.0/8/8'])
      expect(problemsOf({ BERTH_TRUSTED_PROXIES: `127.0.0.1,${text}` })).toEqual([
        `BERTH_TRUSTED_PROXIES must hold IP addresses or networks such as 10.0.0.0/8, not "${text}".`,
      ]);
  });

  it('name issuers with what is special of each', () => {
    const tenantId = '6F3C2C1E-0b5a-4a44-9d0e-3f1f7e0e8a11';
    const text = `https://a.example/realm, http://localhost:9/;audience=x;audience=y;tenantId=${tenantId};objectIdClaim=sub;groupsClaim=teams`;
    expect(loadConfig({ BERTH_OIDC_ISSUERS: text }).oidcIssuers).toEqual([
      {
        url: 'https://a.example/realm',
        audiences: [],
        tenantClaim: 'tid',
        tenantId: undefined,
        objectIdClaim: undefined,
        groupsClaim: 'groups',
      },
      {
        url: 'http://localhost:9/',
        audiences: ['x', 'y'],
        tenantClaim: 'tid',
        tenantId: tenantId.toLowerCase(),
        objectIdClaim: 'sub',
        groupsClaim: 'teams',
      },
    ]);
    for (const wrong of [
      'a.example',
      'http://a.example',
      'https://a;tenant=x',
      'https://a;tenantId=x',
      'https://a,https://a/',
    ])
      expect(problemsOf({ BERTH_OIDC_ISSUERS: wrong })).toHaveLength(1);
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

  it('say where secrets are kept, and refuse what could be meant otherwise', () => {
    const good =
      'My.vault.azure.net=file:/run/secrets;upstream=Docker.io;subscription=S1;subscription=S2,b.vault=env:HUB_';
    expect(loadConfig({ BERTH_SECRET_SOURCES: good }).secretSources).toEqual([
      {
        vault: 'my.vault.azure.net',
        kind: 'file',
        place: '/run/secrets',
        subscriptions: ['s1', 's2'],
        upstreams: ['docker.io'],
      },
      { vault: 'b.vault', kind: 'env', place: 'HUB_', subscriptions: [], upstreams: [] },
    ]);
    const bad = [
      'a.vault',
      'a.vault=disk:/x',
      'a.vault=file:x',
      'a.vault=env:hub',
      'a.vault=env:BERTH_',
      'a.vault=env:A_;for=b',
      'a.vault=env:A_,A.vault=env:B_',
    ];
    for (const value of bad) expect(problemsOf({ BERTH_SECRET_SOURCES: value })).toHaveLength(1);
  });
});
