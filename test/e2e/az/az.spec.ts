import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAz, openAz, type Az } from '../../support/az.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { startService, type Service } from '../../support/service.js';
import { ACCOUNT } from './account.js';
import { CHILDREN } from './children.js';
import { CONTENT } from './content.js';
import { LOGINS } from './logins.js';
import { REGISTRIES } from './registries.js';
import { RESOURCES } from './resources.js';
import { SETTINGS } from './settings.js';
import type { Stage } from './stage.js';

/** A trial is up to a dozen processes of about a second each, on a machine that does other things as well. */
const TRIAL_LIMIT_MS = 120_000;
const GROUP = 'az';
const REGISTRY = 'azregistry';

describe.skipIf(!hasAz())('the Azure CLI, unmodified', () => {
  let database: TestDatabase;
  let service: Service;
  let az: Az;
  let stage: Stage;

  beforeAll(async () => {
    database = await testDatabase();
    service = await startService({ databaseUrl: database.url });
    az = await openAz(service);
    const suffixes = {
      'acr-login-server-endpoint': '.azurecr.localhost',
      'storage-endpoint': 'localhost',
      'keyvault-dns': '.vault.localhost',
    };
    const flags = Object.entries(suffixes).map(([name, value]) => `--suffix-${name} ${value}`);
    await az.run(`cloud register -n Berth --endpoint-resource-manager ${service.endpoint} ${flags.join(' ')}`);
    await az.run('cloud set -n Berth');
    const { clientId, clientSecret, tenantId, subscriptionId } = service;
    await az.run(`login --service-principal -u ${clientId} --password=${clientSecret} --tenant ${tenantId}`);
    await az.run(`group create -n ${GROUP} -l westus`);
    await az.run(`acr create -n ${REGISTRY} -g ${GROUP} --sku Premium`);
    const provider = `/subscriptions/${subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.ContainerRegistry`;
    stage = { az, service, group: GROUP, registry: REGISTRY, registryId: `${provider}/registries/${REGISTRY}` };
  }, TRIAL_LIMIT_MS);

  afterAll(async () => {
    await az?.close();
    await service?.stop();
    await database?.dispose();
  });

  const trials = [ACCOUNT, REGISTRIES, SETTINGS, CHILDREN, CONTENT, LOGINS, RESOURCES].flat();
  it.each(trials)('%s', { timeout: TRIAL_LIMIT_MS }, async (_, tried) => {
    await expect(tried(stage)).resolves.toBeUndefined();
  });
});
