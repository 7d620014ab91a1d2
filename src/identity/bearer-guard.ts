import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf } from '../arm/arm-request.js';
import { BearerStrategy } from './bearer-strategy.js';
import { bearerTokenOf, challenged } from './bearer-token.js';
import { IS_PUBLIC } from './public.js';
import { TokenVerifier } from './token-verifier.js';

/**
 * Sets `request.caller` on every route that is not `@Public()`, or answers 401. Tokens seen lately are recalled here;
 * passport verifies the others.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
    private readonly strategy: BearerStrategy,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      const caller = this.verifier.recall(bearerTokenOf(request.headers.authorization));
      if (!caller) return this.verifyAnew(request, context);
      request.caller = caller;
      return true;
    } catch (error) {
      throw challenged(error, originOf(request));
    }
  }

  private async verifyAnew(request: FastifyRequest, context: ExecutionContext): Promise<boolean> {
    try {
      request.caller = await this.strategy.callerOf(request, context.switchToHttp().getResponse<FastifyReply>());
      return true;
    } catch (error) {
      throw challenged(error, originOf(request));
    }
  }
}
