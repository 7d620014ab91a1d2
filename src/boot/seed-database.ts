import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { seed } from '../embedded/seed.js';
import { ServicePrincipals } from '../identity/service-principals.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';

/** Gives a new installation its first tenant, subscription and owner. */
export async function seedDatabase(app: NestFastifyApplication, dataDir: string): Promise<void> {
  const database = app.get(Database);
  const subscriptions = app.get(Subscriptions);
  const principals = app.get(ServicePrincipals);
  await seed(dataDir, {
    createTenant: (id) => subscriptions.createTenant(database, { id, displayName: 'Berth' }),
    createSubscription: (id, tenantId) =>
      subscriptions.createSubscription(database, { id, tenantId, displayName: 'First subscription' }),
    createServicePrincipal: async ({ tenantId, clientId, clientSecret }) => {
      try {
        await database.transaction((tx) =>
          principals.create(tx, {
            tenantId,
            displayName: 'Owner',
            isOperator: true,
            appId: clientId,
            secret: clientSecret,
          }),
        );
      } catch (error) {
        if (constraintOf(error) !== 'service_principals_pkey') throw error;
      }
    },
  });
}
