import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
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
export class ActionsByState implements NestInterceptor {
  constructor(private readonly database: Database) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method === 'POST' && request.caller) await this.assertTaken(request.url, request.caller);
    return next.handle();
  }

  private async assertTaken(url: string, caller: Caller): Promise<void> {
    const id = ResourceId.parse(url.split('?', 1)[0]!);
    if (!id || !isUuid(id.subscriptionId)) return;
    const found = await findSubscription(this.database, id.subscriptionId);
    // Who may not know of the subscription is told so by the route itself.
    if (!found || found.state === 'Deleted' || found.tenantId !== caller.tenantId) return;
    if (!SUBSCRIPTION_STATES[found.state].isWritable) throw disabled(id, found.state, 'created or changed');
  }
}
