import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { TlsCredentials } from './tls-credentials.js';

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than the pause that clients make between the layers of an image. */
const KEEP_ALIVE_MS = 75_000;

/** Node has no limit for headers, nor for a connection that says nothing, where there is none for whole requests. */
const HEADERS_LIMIT_MS = 60_000;

/** How any server that carries images must be set; Node itself would end every push after five minutes. */
export const TRANSFER_SERVER_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  // A layer takes as long as it takes; what stands still is ended by the watch over transfers.
  requestTimeout: 0,
  headersTimeout: HEADERS_LIMIT_MS,
  noDelay: true,
} as const;

/**
 * An HTTP(S) server that never listens: connections of any number of ports are handed to it as `connection` events, so
 * that a thousand registries share one TLS context.
 * @param tls undefined for plain HTTP.
 */
export function createEdgeServer(
  tls: TlsCredentials | undefined,
  listener: RequestListener,
  options: ServerOptions = TRANSFER_SERVER_OPTIONS,
): Server {
  const server = tls
    ? createHttpsServer({ ...options, key: tls.key, cert: tls.cert }, listener)
    : createHttpServer(options, listener);
  // Whoever may not push is told so before it sends a layer; the proxy asks for the rest.
  server.on('checkContinue', listener);
  // Node begins to track connections, and to end those whose headers never come, with this event.
  server.emit('listening');
  return server;
}
