import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { isIPv6 } from 'node:net';

/** A port on which connections are taken, on every address that this machine has of those wanted. */
export interface OpenPort {
  readonly port: number;
  /** Takes no more connections; those there are live on. */
  close(): void;
}

export interface PortOptions {
  readonly port: number;
  readonly addresses: readonly string[];
  /** What the server that gets the connections expects of them. */
  readonly allowHalfOpen: boolean;
  readonly onConnection: (socket: Socket) => void;
}

/** The machine lacks the address family, which is no reason not to serve the other. */
const ADDRESS_MISSING: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Whether the machine has no such address, IPv6 for example. */
export function isAddressMissing(error: unknown): boolean {
  return ADDRESS_MISSING.has(String((error as NodeJS.ErrnoException).code));
}

/**
 * Listens on all of the addresses or on none.
 * @throws the system's error: EADDRINUSE when another program has the port.
 */
export async function openPort({ port, addresses, allowHalfOpen, onConnection }: PortOptions): Promise<OpenPort> {
  const servers: Server[] = [];
  const close = () => servers.forEach((server) => server.close());
  let missing: unknown;
  for (const host of addresses) {
    const server = createServer({ allowHalfOpen, noDelay: true }, onConnection);
    try {
      await listening(server, { port: chosenPort(servers) ?? port, host, ipv6Only: isIPv6(host) });
      servers.push(server);
    } catch (error) {
      missing = error;
      if (isAddressMissing(error)) continue;
      close();
      throw error;
    }
  }
  if (servers.length === 0) throw missing;
  return { port: chosenPort(servers) ?? port, close };
}

/** With port 0 the first address decides. */
function chosenPort([first]: readonly Server[]): number | undefined {
  return (first?.address() as AddressInfo | null | undefined)?.port;
}

function listening(server: Server, options: { port: number; host: string; ipv6Only: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}
