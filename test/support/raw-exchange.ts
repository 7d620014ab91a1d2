import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface RawAnswer {
  /** 0 when the connection was closed without a word. */
  readonly status: number;
  readonly text: string;
}

/** A connection on which any bytes can be sent. */
export async function connectRaw(port: number, ca: string): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends these bytes as they are; answers all that comes until the connection is closed, as the request has to ask. */
export async function rawExchange(port: number, ca: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await connectRaw(port, ca);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  const text = Buffer.concat(chunks).toString('latin1');
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0), text };
}

/** The lines of a request after which the connection is closed. */
export function lines(request: string, headers: readonly string[] = [], body = ''): string {
  return [request, 'Host: localhost', 'Connection: close', ...headers, '', body].join('\r\n');
}
