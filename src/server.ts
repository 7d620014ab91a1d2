import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { EdgeHandler } from './edge/edge-handler.js';
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
    const handler: Handler = (request, response) =>
      edge?.handles(request.headers.host) ? edge.handle(request, response) : fastify(request, response);
    return config.tls === 'off'
      ? createHttpServer(handler)
      : createHttpsServer({ key: tls.key, cert: tls.cert }, handler);
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, tls), adapter, {
    bufferLogs: true,
  });
  app.useLogger(app.get(ServiceLog));
  serveDocument(app);
  edge = app.get(EdgeHandler);
  return app;
}
