import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { ResourceId } from '../arm/resource-id.js';

/**
 * Answers HEAD of a resource with 204, as clients that ask whether it exists expect it. All else is as for GET, whose route
 * takes HEAD as well. A hook of the server, since an interceptor would cost every request.
 */
@Injectable()
export class ResourceExistence implements OnModuleInit {
  constructor(private readonly adapter: HttpAdapterHost) {}

  onModuleInit(): void {
    this.adapter.httpAdapter
      .getInstance<FastifyInstance>()
      .addHook('onSend', ({ method, url }, reply, payload, done) => {
        if (method !== 'HEAD' || reply.statusCode !== 200 || !isResource(url)) return done(null, payload);
        void reply.code(204);
        done(null, '');
      });
  }
}

function isResource(url: string): boolean {
  const id = ResourceId.parse(url.split('?', 1)[0]!);
  return id !== undefined && id.segments.length > 0 && id.rest.length === 0;
}
