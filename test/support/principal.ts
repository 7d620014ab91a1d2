import { randomUUID } from 'node:crypto';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import type { ArmApp } from './arm-app.js';

/** A service principal of the local issuer without any role, and a token of it. */
export interface GivenPrincipal {
  readonly appId: string;
  readonly objectId: string;
  readonly token: string;
}

/** Of the application's own tenant unless another is named. */
export async function principal(
  app: ArmApp,
  { tenantId = app.tenantId, isOperator = false }: { tenantId?: string; isOperator?: boolean } = {},
): Promise<GivenPrincipal> {
  const appId = randomUUID();
  await app.database.transaction((tx) =>
    app.get(ServicePrincipals).create(tx, { tenantId, displayName: 'Somebody', isOperator, appId }),
  );
  const [row] = await app.sql<{ objectId: string }>(
    'select object_id as "objectId" from service_principals where app_id = $1',
    [appId],
  );
  const { objectId } = row!;
  return { appId, objectId, token: await app.token({ tenantId, appId, objectId, role: 'none' }) };
}
