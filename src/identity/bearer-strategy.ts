import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { Caller } from '../arm/caller.js';
import { bearerTokenOf } from './bearer-token.js';
import { TokenVerifier } from './token-verifier.js';

/** The passport strategy `bearer`. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly verifier: TokenVerifier) {
    super();
  }

  async validate(request: FastifyRequest): Promise<Caller> {
    return this.verifier.verify(bearerTokenOf(request.headers.authorization));
  }
}
