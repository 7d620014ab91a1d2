import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ArmError } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import { IS_OPERATOR_ONLY } from '../arm/operator-only.js';
import { parseUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { findPrincipal } from './service-principals.repository.js';

/** Refuses routes marked `@OperatorOnly()` to all but operators, whom it looks up each time. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (!this.reflector.getAllAndOverride<boolean>(IS_OPERATOR_ONLY, targets)) return true;
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (caller && (await this.isOperator(caller))) return true;
    throw new ArmError(
      'AuthorizationFailed',
      `The client '${caller?.name}' is not an operator of this installation, and only those may do this. ` +
        `The first service principal, in the service's client.json, is one.`,
    );
  }

  private async isOperator({ issuer, appId, tenantId }: Caller): Promise<boolean> {
    // Other issuers may call their applications whatever they like.
    if (issuer !== undefined) return false;
    const id = parseUuid(appId);
    const principal = id && (await findPrincipal(this.database, id));
    return Boolean(principal && principal.isOperator && principal.tenantId === tenantId);
  }
}
