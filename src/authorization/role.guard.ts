import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ArmError } from '../arm/arm-error.js';
import { resourceIdOf } from '../arm/arm-request.js';
import type { Caller } from '../arm/caller.js';
import { NEEDED_RIGHT, type NeededRight } from '../arm/needs.js';
import { IS_OPERATOR_ONLY } from '../arm/operator-only.js';
import type { ResourceId } from '../arm/resource-id.js';
import { IS_PUBLIC } from '../identity/public.js';
import { Authorization } from './authorization.js';

/**
 * Lets a caller pass who has a role that gives what the route needs; 403 otherwise. It stands behind the guard that says
 * who is calling, and leaves alone what needs no caller and what is kept for operators.
 */
@Injectable()
export class RoleGuard implements CanActivate {
  private readonly needs = new Map<object, NeededRight>();

  constructor(
    private readonly reflector: Reflector,
    private readonly authorization: Authorization,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const needed = this.neededBy(context);
    if ('nothingSince' in needed) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { caller } = request;
    if (!caller) throw new ArmError('AuthenticationFailed', 'The request has no verified caller.');
    const id = resourceIdOf(request);
    const action = needed.action.replace('{namespace}', id.namespace ?? '');
    const may = this.authorization.may(caller, action, id);
    if (may === true) return true;
    return this.refused(caller, action, id, needed);
  }

  /** Whose a subscription is, and that there is none, is told by the route itself, as for any other request. */
  private async refused(
    caller: Caller,
    action: string,
    id: ResourceId,
    { orAnyRoleWithin }: { readonly orAnyRoleWithin: boolean },
  ): Promise<boolean> {
    if (await this.authorization.isOfTenant(caller, id))
      await this.authorization.assertMay(caller, action, id, { orAnyRoleWithin });
    return true;
  }

  private neededBy(context: ExecutionContext): NeededRight {
    const handler = context.getHandler();
    const known = this.needs.get(handler);
    if (known) return known;
    const found = neededRight(this.reflector, [handler, context.getClass()]);
    if (!found) throw new Error(`${context.getClass().name}.${handler.name} says neither @Needs nor @NeedsNothing.`);
    this.needs.set(handler, found);
    return found;
  }
}

/** What a route says that it needs; undefined: nothing is said. */
export function neededRight(
  reflector: Reflector,
  targets: Parameters<Reflector['getAllAndOverride']>[1],
): NeededRight | undefined {
  const said = reflector.getAllAndOverride<NeededRight | undefined>(NEEDED_RIGHT, targets);
  if (said) return said;
  if (reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return { nothingSince: 'it is public' };
  if (reflector.getAllAndOverride<boolean>(IS_OPERATOR_ONLY, targets)) return { nothingSince: 'it is for operators' };
  return undefined;
}
