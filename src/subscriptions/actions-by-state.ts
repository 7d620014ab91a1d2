import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../arm/caller.js';
import { ResourceId } from '../arm/resource-id.js';
import { isUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { SUBSCRIPTION_STATES } from './subscription-state.js';
import { disabled } from './subscription-scopes.js';
import { findSubscription } from './subscriptions.repository.js';

/**
 * Keeps actions from subscriptions that take no writes: a POST counts as one, whatever it does. PUT, PATCH and DELETE are
 * judged within their own transactions.
 */
@Injectable()
export class ActionsByState implements CanActivate {
  constructor(private readonly database: Database) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { method, caller, url } = context.switchToHttp().getRequest<FastifyRequest>();
    return method !== 'POST' || !caller || this.isTaken(url, caller);
  }

  private async isTaken(url: string, caller: Caller): Promise<true> {
    const id = ResourceId.parse(url.split('?', 1)[0]!);
    if (!id || !isUuid(id.subscriptionId)) return true;
    const found = await findSubscription(this.database, id.subscriptionId);
    // Who may not know of the subscription is told so by the route itself.
    if (!found || found.state === 'Deleted' || found.tenantId !== caller.tenantId) return true;
    if (!SUBSCRIPTION_STATES[found.state].isWritable) throw disabled(id, found.state, 'created or changed');
    return true;
  }
}
