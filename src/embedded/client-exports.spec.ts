import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../secrets/secret.js';
import { clientExports } from './client-exports.js';
import { ensureFirstClient, readClient, writeAddress } from './client-file.js';
import { seed } from './seed.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'berth-client-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('are taken by a shell as they are, whatever they hold', () => {
  const client = {
    endpoint: 'https://localhost:8443',
    caFile: `/home/o'neil/a "b" $HOME/ca.crt`,
    tenantId: 't',
    subscriptionId: 's',
    clientId: 'c',
    clientSecret: new Secret('`id`\\'),
    loginServerSuffix: '.azurecr.localhost',
  };
  const script = `${clientExports(client)}printf '%s|' "$BERTH_CA_FILE" "$BERTH_CLIENT_SECRET" "$BERTH_ENDPOINT"`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
    `/home/o'neil/a "b" $HOME/ca.crt|\`id\`\\|https://localhost:8443|`,
  );
});

it('are of the one client that is made once, kept for its owner alone', async () => {
  const [one, two] = await Promise.all([ensureFirstClient(dataDir), ensureFirstClient(dataDir)]);
  expect(two.clientSecret.reveal()).toBe(one.clientSecret.reveal());
  expect({ ...two, clientSecret: '' }).toEqual({ ...one, clientSecret: '' });
  expect(statSync(join(dataDir, 'client.json')).mode & 0o777).toBe(0o600);
  expect(await readClient(dataDir)).toBeUndefined();
  const address = { endpoint: 'https://localhost:1', caFile: '/ca.crt', loginServerSuffix: '.x' };
  await writeAddress(dataDir, address);
  expect(await readClient(dataDir)).toEqual({ ...one, ...address });
});

it('name the file that is damaged', async () => {
  writeFileSync(join(dataDir, 'client.json'), '{');
  await expect(ensureFirstClient(dataDir)).rejects.toThrow(/client\.json is damaged\. Put the right file back/);
});

it('stay the same when the seeding was killed half way and is repeated', async () => {
  const made: string[] = [];
  const rows = (isKilled: boolean) => ({
    createTenant: async (id: string) => void made.push(id),
    createSubscription: async (id: string, tenantId: string) => {
      if (isKilled) throw new Error('killed');
      made.push(`${tenantId}/${id}`);
    },
    createServicePrincipal: async ({ clientId }: { clientId: string }) => void made.push(clientId),
  });
  await expect(seed(dataDir, rows(true))).rejects.toThrow('killed');
  const { tenantId, subscriptionId, clientId } = await seed(dataDir, rows(false));
  expect(made).toEqual([tenantId, tenantId, `${tenantId}/${subscriptionId}`, clientId]);
});
