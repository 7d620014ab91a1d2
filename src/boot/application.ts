import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.js';
import type { TlsCredentials } from '../edge/tls-credentials.js';
import { createServer } from '../server.js';
import { seedDatabase } from './seed-database.js';

/** The service on its port. */
export interface Application {
  /** With the port that was really taken. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Builds the application, makes sure of its first rows, and opens its port. */
export async function startApplication(config: Config, tls: TlsCredentials): Promise<Application> {
  const app = await createServer(config, tls);
  try {
    await seedDatabase(app, config.dataDir);
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw portProblem(error as NodeJS.ErrnoException, config) ?? error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { endpoint: `${config.tls === 'off' ? 'http' : 'https'}://localhost:${port}`, close: () => app.close() };
}

function portProblem({ code }: NodeJS.ErrnoException, { port, host }: Config): Error | undefined {
  if (code === 'EADDRINUSE')
    return new Error(
      `Port ${port} of ${host} is in use by another program. Stop it, or set BERTH_PORT to another port.`,
    );
  if (code === 'EACCES')
    return new Error(`Port ${port} may not be opened by this user. Set BERTH_PORT to one above 1023.`);
  return undefined;
}
