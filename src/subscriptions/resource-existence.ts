import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ResourceId } from '../arm/resource-id.js';

/**
 * Answers HEAD of a resource with 204, as clients that ask whether it exists expect it. All else is as for GET, whose route
 * takes HEAD as well.
 */
@Injectable()
export class ResourceExistence implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { method, url } = http.getRequest<FastifyRequest>();
    if (method !== 'HEAD' || !isResource(url)) return next.handle();
    return next.handle().pipe(
      map(() => {
        void http.getResponse<FastifyReply>().code(204);
        return undefined;
      }),
    );
  }
}

function isResource(url: string): boolean {
  const id = ResourceId.parse(url.split('?', 1)[0]!);
  return id !== undefined && id.segments.length > 0 && id.rest.length === 0;
}
