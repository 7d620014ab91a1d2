import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { isUuid } from '../arm/uuid.js';
import { refuseLocked } from '../arm/locked.js';
import { ResourceId } from '../arm/resource-id.js';
import { Database } from '../database/database.js';
import { readOnlyScopes } from './locks.repository.js';

/**
 * Keeps actions from resources that are read-only. Azure Resource Manager takes every POST for a change, those that list
 * credentials included. PUT, PATCH and DELETE are looked at within their own transactions.
 */
@Injectable()
export class ReadOnlyActions implements NestInterceptor {
  constructor(private readonly database: Database) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method === 'POST' && request.caller) await this.assertNotLocked(request.url, request.caller.tenantId);
    return next.handle();
  }

  private async assertNotLocked(url: string, tenantId: string): Promise<void> {
    const id = ResourceId.parse(url.split('?', 1)[0]!);
    if (!id || id.segments.length === 0 || !isUuid(id.subscriptionId)) return;
    const resource = id.resource();
    refuseLocked('write', resource, await readOnlyScopes(this.database, resource, tenantId));
  }
}
