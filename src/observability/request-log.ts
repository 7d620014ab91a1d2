import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Metrics } from './metrics.js';
import { ServiceLog } from './service-log.js';

/** What requests that no route matches are counted as: their paths are the clients', and without number. */
const NO_ROUTE = 'none';

/** One line and one measurement per request of the control plane, taken by the server itself when the answer is sent. */
@Injectable()
export class RequestLog implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly log: ServiceLog,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onResponse', (request, reply, done) => {
      this.answered(request, reply);
      done();
    });
  }

  private answered(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? NO_ROUTE;
    const { method } = request;
    const status = reply.statusCode;
    const ms = reply.elapsedTime;
    this.metrics.httpRequest.observe({ method, route, status }, ms / 1000);
    this.log.lines[status >= 500 ? 'error' : 'info']({
      context: 'Http',
      method,
      route,
      status,
      ms: Math.round(ms * 100) / 100,
      requestId: request.id,
      correlationId: reply.getHeader('x-ms-correlation-request-id'),
      caller: request.caller?.objectId,
      resource: resourceOf(request.url),
    });
  }
}

/** The path of what the request is about; nothing of the query, which can hold what is not for the log. */
function resourceOf(url: string): string | undefined {
  return /^\/+subscriptions\/[^?]+/i.exec(url)?.[0];
}
