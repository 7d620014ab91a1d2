import type { FirstClient, ServiceAddress } from './client-file.js';

/** Lines that a shell can evaluate: everything a client needs to use the service. */
export function clientExports(client: FirstClient & ServiceAddress): string {
  const values = {
    BERTH_ENDPOINT: client.endpoint,
    BERTH_CA_FILE: client.caFile,
    BERTH_TENANT_ID: client.tenantId,
    BERTH_SUBSCRIPTION_ID: client.subscriptionId,
    BERTH_CLIENT_ID: client.clientId,
    BERTH_CLIENT_SECRET: client.clientSecret.reveal(),
    BERTH_LOGIN_SERVER_SUFFIX: client.loginServerSuffix,
  };
  return Object.entries(values)
    .map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`)
    .join('');
}

/** One word of a POSIX shell, whatever it holds. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
