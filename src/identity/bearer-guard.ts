import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../arm/arm-request.js';
import { bearerTokenOf, challenged } from './bearer-token.js';
import { IS_PUBLIC } from './public.js';
import { TokenVerifier } from './token-verifier.js';

const PassportGuard = AuthGuard('bearer');

/**
 * Sets `request.caller` on every route that is not `@Public()`, or answers 401. Tokens seen lately are recalled here;
 * passport verifies the others.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly passport: CanActivate = new PassportGuard({ property: 'caller', session: false });

  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
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
      return Boolean(await this.passport.canActivate(context));
    } catch (error) {
      throw challenged(error, originOf(request));
    }
  }
}
