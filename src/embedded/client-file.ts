import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '../secrets/secret.js';
import { keepFirst, readIfAny, replaceFile } from './kept-file.js';

/** The first tenant, subscription and service principal, as clients need them. */
export interface FirstClient {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** Where the service answered when it was last ready. */
export interface ServiceAddress {
  readonly endpoint: string;
  readonly caFile: string;
  readonly loginServerSuffix: string;
}

const SECRET_BYTES = 32;
const clientFile = (dataDir: string) => join(dataDir, 'client.json');
const addressFile = (dataDir: string) => join(dataDir, 'service.json');

/** The ids and the secret of the first client, written down before anything of it is created; for its owner alone. */
export async function ensureFirstClient(dataDir: string): Promise<FirstClient> {
  const text = await keepFirst(clientFile(dataDir), () =>
    JSON.stringify({
      tenantId: randomUUID(),
      subscriptionId: randomUUID(),
      clientId: randomUUID(),
      clientSecret: randomBytes(SECRET_BYTES).toString('base64url'),
    }),
  );
  return parseClient(text, clientFile(dataDir));
}

export function writeAddress(dataDir: string, address: ServiceAddress): Promise<void> {
  return replaceFile(addressFile(dataDir), JSON.stringify(address));
}

/** Undefined when no service has ever been ready on this DATA_DIR. */
export async function readClient(dataDir: string): Promise<(FirstClient & ServiceAddress) | undefined> {
  const [client, address] = await Promise.all([readIfAny(clientFile(dataDir)), readIfAny(addressFile(dataDir))]);
  if (client === undefined || address === undefined) return undefined;
  return { ...parseClient(client, clientFile(dataDir)), ...(JSON.parse(address) as ServiceAddress) };
}

function parseClient(text: string, file: string): FirstClient {
  try {
    const { clientSecret, ...ids } = JSON.parse(text) as FirstClient & { clientSecret: string };
    return { ...ids, clientSecret: new Secret(clientSecret) };
  } catch {
    throw new Error(
      `${file} is damaged. Put the right file back, or remove it: a new tenant is then made at the next start.`,
    );
  }
}
