import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { EdgeHandler } from './edge/edge-handler.js';
import { TRANSFER_SERVER_OPTIONS } from './edge/edge-server.js';
import { TlsCredentials } from './edge/tls-credentials.js';
import { httpAdapter, type Handler } from './http-adapter.js';
import { ServiceLog } from './observability/service-log.js';
import { serveDocument } from './openapi/serve-document.js';

/**
 * The application on its HTTP server, not listening yet. Requests whose Host names a registry go to the edge before
 * Fastify sees them, so that neither body limits nor parsers touch an image.
 */
export async function createServer(config: Config, tls: TlsCredentials): Promise<NestFastifyApplication> {
  let edge: EdgeHandler | undefined;
  const adapter = httpAdapter((fastify: Handler): Server => {
    const toEdge = (request: IncomingMessage) => edge?.handles(request) === true;
    const handler: Handler = (request, response) =>
      toEdge(request) ? edge?.handle(request, response) : fastify(request, response);
    const server =
      config.tls === 'off'
        ? createHttpServer(TRANSFER_SERVER_OPTIONS, handler)
        : createHttpsServer({ ...TRANSFER_SERVER_OPTIONS, key: tls.key, cert: tls.cert }, handler);
    // The edge says itself when it wants the body of a push.
    return server.on('checkContinue', (request, response) => {
      if (!toEdge(request)) response.writeContinue();
      handler(request, response);
    });
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, tls), adapter, {
    bufferLogs: true,
  });
  app.useLogger(app.get(ServiceLog));
  serveDocument(app);
  edge = app.get(EdgeHandler);
  return app;
}
