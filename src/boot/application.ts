import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import type { TlsCredentials } from '../edge/tls-credentials.js';
import { isAddressMissing, openPort } from '../edge/login-ports.js';
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
    await listen(app, config);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw portProblem(error as NodeJS.ErrnoException, config) ?? error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { endpoint: `${config.tls === 'off' ? 'http' : 'https'}://localhost:${port}`, close: () => app.close() };
}

/** The first address is Nest's own; connections to the others are handed to the same server. */
async function listen(app: NestFastifyApplication, { port, listen: [first, ...others], tls }: Config): Promise<void> {
  await app.listen(port, first ?? '127.0.0.1');
  if (others.length === 0) return;
  const server = app.getHttpServer();
  const taken = (server.address() as AddressInfo).port;
  const open = await openPort({
    port: taken,
    addresses: others,
    allowHalfOpen: tls === 'off',
    onConnection: (socket) => server.emit('connection', socket),
  }).catch((error: unknown) => {
    if (isAddressMissing(error)) return undefined;
    throw error;
  });
  server.once('close', () => open?.close());
}

function portProblem({ code }: NodeJS.ErrnoException, { port, listen: addresses }: Config): Error | undefined {
  if (code === 'EADDRINUSE')
    return new Error(
      `Port ${port} of ${addresses.join(' or ')} is in use by another program. Stop it, or set BERTH_PORT to another port.`,
    );
  if (code === 'EACCES')
    return new Error(`Port ${port} may not be opened by this user. Set BERTH_PORT to one above 1023.`);
  return undefined;
}
