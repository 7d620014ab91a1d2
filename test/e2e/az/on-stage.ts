import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAz, openAz, type Az } from '../../support/az.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { startService, type Service } from '../../support/service.js';
import type { Stage, Trial } from './stage.js';

/** A trial is up to a dozen processes of about a second each, on a machine that does other things as well. */
const TRIAL_LIMIT_MS = 120_000;
const GROUP = 'az';
const REGISTRY = 'azregistry';
const SUFFIXES = [
  '--suffix-acr-login-server-endpoint .azurecr.localhost',
  '--suffix-storage-endpoint localhost',
  '--suffix-keyvault-dns .vault.localhost',
].join(' ');

/** Tries these one after the other, against a service of their own, signed in; skips them where there is no Azure CLI. */
export function onStage(about: string, ...acts: readonly (readonly Trial[])[]): void {
  describe.skipIf(!hasAz())(
    `the Azure CLI, unmodified, with ${about}${hasAz() ? '' : ': there is no az on PATH'}`,
    () => {
      let database: TestDatabase;
      let service: Service;
      let az: Az;
      let stage: Stage;

      beforeAll(async () => {
        database = await testDatabase();
        service = await startService({ databaseUrl: database.url });
        az = await openAz(service);
        stage = await signedIn(az, service);
      }, TRIAL_LIMIT_MS);

      afterAll(async () => {
        await az?.close();
        await service?.stop();
        await database?.dispose();
      });

      it.each(acts.flat())('%s', { timeout: TRIAL_LIMIT_MS }, async (_, tried) => {
        await expect(tried(stage)).resolves.toBeUndefined();
      });
    },
  );
}

async function signedIn(az: Az, service: Service): Promise<Stage> {
  const { endpoint, clientId, clientSecret, tenantId, subscriptionId } = service;
  await az.run(`cloud register -n Berth --endpoint-resource-manager ${endpoint} ${SUFFIXES}`);
  await az.run('cloud set -n Berth');
  await az.run(`login --service-principal -u ${clientId} --password=${clientSecret} --tenant ${tenantId}`);
  await az.run(`group create -n ${GROUP} -l westus`);
  await az.run(`acr create -n ${REGISTRY} -g ${GROUP} --sku Premium`);
  const provider = `/subscriptions/${subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.ContainerRegistry`;
  return { az, service, group: GROUP, registry: REGISTRY, registryId: `${provider}/registries/${REGISTRY}` };
}
