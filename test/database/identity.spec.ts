import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Database } from '../../src/database/database.js';
import { ServicePrincipal } from '../../src/identity/service-principal.entity.js';
import { ServicePrincipalSecret } from '../../src/identity/service-principal-secret.entity.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { SigningKeyRecord } from '../../src/identity/signing-key.entity.js';
import { RETIRED_KEY_SERVES_SECONDS, SigningKeys } from '../../src/identity/signing-keys.js';
import { Secret } from '../../src/secrets/secret.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { testDatabase } from '../support/database.js';
import { HandClock } from '../support/hand-clock.js';

const TENANT = '6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11';

describe('identity in the database', () => {
  let source: DataSource;
  let database: Database;
  let dispose: () => Promise<void>;
  let clock: HandClock;
  const box = new SecretBox(randomBytes(32));

  beforeAll(async () => {
    const made = await testDatabase();
    dispose = () => made.dispose();
    source = new DataSource({
      ...dataSourceOptions({ databaseUrl: made.url, databasePoolSize: 10 }),
      entities: [SigningKeyRecord, ServicePrincipal, ServicePrincipalSecret],
    });
    await source.initialize();
    database = new Database(source);
  });

  afterAll(async () => {
    await source?.destroy();
    await dispose?.();
  });

  beforeEach(async () => {
    clock = new HandClock();
    await source.query('truncate signing_keys, service_principals cascade');
  });

  /** The keys as a process that has just started sees them. */
  function process(withBox = box): SigningKeys {
    return new SigningKeys(database, withBox, clock);
  }

  it('has the tables that the entities describe', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    const ours = /"(signing_keys|service_principals|service_principal_secrets)"/;
    expect(upQueries.map(({ query }) => query).filter((query) => ours.test(query))).toEqual([]);
  });

  it('makes each key once, however many processes start at once', async () => {
    const kids = await Promise.all(
      Array.from({ length: 8 }, () => process()).flatMap((keys) => [
        keys.current('arm').then(({ kid }) => `arm ${kid}`),
        keys.current('registry').then(({ kid }) => `registry ${kid}`),
      ]),
    );
    expect(new Set(kids).size).toBe(2);
    expect(await source.query('select use, algorithm, retired_at from signing_keys order by use')).toEqual([
      { use: 'arm', algorithm: 'RS256', retired_at: null },
      { use: 'registry', algorithm: 'ES256', retired_at: null },
    ]);
  });

  it('keeps keys over a restart, sealed', async () => {
    const before = await process().current('arm');
    const after = await process().current('arm');
    expect(after.publicJwk).toEqual(before.publicJwk);
    expect((await process().byKid(before.kid))?.publicJwk).toEqual(before.publicJwk);
    const [{ private_key: stored }] = await source.query<[{ private_key: Buffer }]>(
      'select private_key from signing_keys',
    );
    expect(stored.toString('latin1')).not.toContain('PRIVATE KEY');
    expect(box.open(stored).reveal()).toContain('PRIVATE KEY');
  });

  it('says what to do when the encryption key is another one', async () => {
    const { kid } = await process().current('arm');
    await expect(process(new SecretBox(randomBytes(32))).current('arm')).rejects.toThrow(
      `The signing key ${kid} for 'arm' cannot be opened: BERTH_ENCRYPTION_KEY is not the key that sealed it. ` +
        'Start with the former key, or delete the row from signing_keys to have a new one made.',
    );
  });

  it('signs with the new key after a rotation, and verifies with the old one until its tokens are gone', async () => {
    const [here, there] = [process(), process()];
    const old = await here.current('arm');
    await there.current('arm');
    const next = await here.rotate('arm');

    expect(next.kid).not.toBe(old.kid);
    expect((await here.current('arm')).kid).toBe(next.kid);
    expect((await there.byKid(next.kid))?.kid).toBe(next.kid);
    expect((await there.current('arm')).kid).toBe(old.kid);
    clock.pass(60);
    expect((await there.current('arm')).kid).toBe(next.kid);
    expect((await here.all('arm')).map(({ kid }) => kid)).toEqual([next.kid, old.kid]);

    clock.pass(RETIRED_KEY_SERVES_SECONDS - 61);
    expect((await there.byKid(old.kid))?.kid).toBe(old.kid);
    clock.pass(1);
    expect(await there.byKid(old.kid)).toBeUndefined();
    expect((await here.all('arm')).map(({ kid }) => kid)).toEqual([next.kid]);
  });

  it('rotates what was made before the moment that it is told, and forgets what verifies nothing more', async () => {
    const keys = process();
    const [arm, registry] = [await keys.current('arm'), await keys.current('registry')];
    const madeAt = clock.now();
    expect(await keys.rotateOlder(madeAt)).toBe(0);
    clock.pass(1);
    expect(await keys.rotateOlder(clock.now())).toBe(2);
    expect([(await keys.current('arm')).kid, (await keys.current('registry')).kid]).not.toEqual([
      arm.kid,
      registry.kid,
    ]);
    expect((await keys.byKid(registry.kid))?.kid).toBe(registry.kid);
    expect(await keys.rotateOlder(madeAt)).toBe(0);
    clock.pass(RETIRED_KEY_SERVES_SECONDS + 1);
    expect(await keys.rotateOlder(madeAt)).toBe(2);
    const kept = await source.query<{ kid: string }[]>('select kid from signing_keys order by use');
    expect(kept.map(({ kid }) => kid)).toEqual([(await keys.current('arm')).kid, (await keys.current('registry')).kid]);
  });

  it('rotates to one key when two processes rotate at once', async () => {
    const [here, there] = [process(), process()];
    await here.current('arm');
    const [one, other] = await Promise.all([here.rotate('arm'), there.rotate('arm')]);
    const [{ kid }] = await source.query<[{ kid: string }]>('select kid from signing_keys where retired_at is null');
    expect([one.kid, other.kid]).toContain(kid);
    expect((await process().current('arm')).kid).toBe(kid);
  });

  it('no longer verifies with a key whose row was deleted, after a minute', async () => {
    const keys = process();
    const { kid } = await keys.current('arm');
    await source.query('delete from signing_keys');
    expect((await keys.byKid(kid))?.kid).toBe(kid);
    clock.pass(60);
    expect(await keys.byKid(kid)).toBeUndefined();
    expect((await keys.current('arm')).kid).not.toBe(kid);
  });

  it('knows a service principal by any of its secrets that has not expired', async () => {
    const principals = new ServicePrincipals(database, clock);
    const appId = randomUUID();
    const created = await database.transaction((tx) =>
      principals.create(tx, {
        tenantId: TENANT,
        displayName: 'pipeline',
        appId: appId.toUpperCase(),
        secret: new Secret('first'),
        secretExpiresAt: new Date('2026-03-01T13:00:00Z'),
      }),
    );
    await principals.addSecret(database, appId, new Secret('second'));
    const whole = {
      appId,
      objectId: created.objectId,
      tenantId: TENANT,
      displayName: 'pipeline',
      isOperator: false,
      isEnabled: true,
      createdAt: clock.now(),
    };
    const tried = (secret: string, id: string = appId): Promise<unknown> =>
      principals.verifySecret(id, new Secret(secret));

    expect(created.appId).toBe(appId);
    expect(await tried('first')).toEqual(whole);
    expect(await tried('second', appId.toUpperCase())).toEqual(whole);
    expect(await tried('third')).toBeUndefined();
    expect(await tried('')).toBeUndefined();
    expect(await tried('first', randomUUID())).toBeUndefined();
    expect(await tried('first', "' or 1=1")).toBeUndefined();
    clock.pass(3600);
    expect(await tried('first')).toBeUndefined();
    expect(await tried('second')).toEqual(whole);
  });

  it('stores of a secret its hash and a hint only, and salts every hash', async () => {
    const principals = new ServicePrincipals(database, clock);
    const { appId, secret } = await principals.create(database, { tenantId: TENANT, displayName: 'x' });
    await principals.addSecret(database, appId, secret);
    const stored: readonly ServicePrincipalSecret[] = await source.query('select * from service_principal_secrets');
    expect(secret.reveal()).toMatch(/^[\da-f]{64}$/);
    expect(stored.map(({ hint }) => hint)).toEqual([secret.reveal().slice(0, 3), secret.reveal().slice(0, 3)]);
    expect(new Set(stored.map(({ hash }) => hash.toString('hex'))).size).toBe(2);
    expect(JSON.stringify(stored)).not.toContain(secret.reveal());
  });

  it('gives an application id to one principal only', async () => {
    const principals = new ServicePrincipals(database, clock);
    const appId = randomUUID();
    const create = () =>
      database.transaction((tx) => principals.create(tx, { tenantId: TENANT, displayName: 'x', appId }));
    const outcomes = await Promise.allSettled([create(), create()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: '23505', constraint: 'service_principals_pkey' },
    });
    expect(await source.query('select count(*)::int as secrets from service_principal_secrets')).toEqual([
      { secrets: 1 },
    ]);
  });

  it('knows the tenants that have principals', async () => {
    const principals = new ServicePrincipals(database, clock);
    expect(await principals.isTenantKnown(TENANT)).toBe(false);
    await principals.create(database, { tenantId: TENANT, displayName: 'x' });
    expect(await principals.isTenantKnown(TENANT)).toBe(true);
  });
});
