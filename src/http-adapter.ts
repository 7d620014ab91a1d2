import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ArmError } from './arm/arm-error.js';
import { withScopeAsPath } from './arm/scope-in-path.js';
import { withoutSlashAtIdentityEndpoint } from './identity/identity-endpoint.js';

/** The largest body that the control plane reads. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** How long a client may take to send it: a body is a few thousand characters, and each that is waited for costs memory. */
const BODY_LIMIT_MS = 30_000;

const SECURITY_HEADERS = {
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  expires: '-1',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How the control plane reads requests, and the headers that every answer has. `serverFor` makes what it listens on. */
export function httpAdapter(
  serverFor: (handler: Handler) => Server,
  { bodyLimitMs = BODY_LIMIT_MS }: { readonly bodyLimitMs?: number } = {},
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { caseSensitive: false, ignoreDuplicateSlashes: true, maxParamLength: 2_000 },
    genReqId: () => randomUUID(),
    rewriteUrl: ({ url = '/' }) => withScopeAsPath(withoutSlashAtIdentityEndpoint(url)),
    trustProxy: false,
    serverFactory: serverFor,
  });
  const fastify = adapter.getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  // SDKs say that they send JSON on every request, also where there is nothing to send.
  adapter.useBodyParser('application/json', false, { bodyLimit: BODY_LIMIT_BYTES }, (request, body, done) =>
    body.length === 0 ? done(null, undefined) : parseJson(request, body as unknown as string, done),
  );
  fastify.addHook('onRequest', (request, reply, done) => {
    if (announcesBody(request.headers)) endSlowBody(request.raw, reply, bodyLimitMs);
    void reply.headers(SECURITY_HEADERS);
    void reply.header('x-ms-request-id', request.id);
    void reply.header('x-ms-correlation-request-id', request.headers['x-ms-correlation-request-id'] || request.id);
    const clientRequestId = request.headers['x-ms-client-request-id'];
    if (clientRequestId && request.headers['x-ms-return-client-request-id'] === 'true')
      void reply.header('x-ms-client-request-id', clientRequestId);
    done();
  });
  return adapter;
}

function announcesBody(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Nothing has been done for the request by then: its body is read whole before anything else. */
function endSlowBody(request: IncomingMessage, reply: FastifyReply, limitMs: number): void {
  const late = setTimeout(() => {
    const error = new ArmError(
      'RequestTimeout',
      `The body did not arrive within ${limitMs / 1_000} seconds; send it again.`,
    );
    void reply.code(error.status).headers({ 'content-type': 'application/json; charset=utf-8', connection: 'close' });
    void reply.send(JSON.stringify(error.toBody()));
  }, limitMs);
  request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
}
