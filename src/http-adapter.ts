import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { withScopeAsPath } from './arm/scope-in-path.js';
import { withoutSlashAtIdentityEndpoint } from './identity/identity-endpoint.js';

/** The largest body that the control plane reads. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

const SECURITY_HEADERS = {
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  expires: '-1',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How the control plane reads requests, and the headers that every answer has. `serverFor` makes what it listens on. */
export function httpAdapter(serverFor: (handler: Handler) => Server): FastifyAdapter {
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
