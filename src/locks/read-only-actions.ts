import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
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
export class ReadOnlyActions implements CanActivate {
  constructor(private readonly database: Database) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { method, caller, url } = context.switchToHttp().getRequest<FastifyRequest>();
    return method !== 'POST' || !caller || this.isNotLocked(url, caller.tenantId);
  }

  private async isNotLocked(url: string, tenantId: string): Promise<true> {
    const id = ResourceId.parse(url.split('?', 1)[0]!);
    if (!id || id.segments.length === 0 || !isUuid(id.subscriptionId)) return true;
    const resource = id.resource();
    refuseLocked('write', resource, await readOnlyScopes(this.database, resource, tenantId));
    return true;
  }
}
