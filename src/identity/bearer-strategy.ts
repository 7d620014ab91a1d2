import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Passport } from 'passport';
import { Strategy } from 'passport-custom';
import type { Caller } from '../arm/caller.js';
import { bearerTokenOf } from './bearer-token.js';
import { TokenVerifier } from './token-verifier.js';

/**
 * The passport strategy `bearer`, in a passport of its own. Nest's is one for the whole process: of two applications there
 * the second would answer for the first, whose tokens it does not know.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  /** Only declared, since it is made while the class above is: an initial value here would undo that. */
  declare private passport: InstanceType<typeof Passport> | undefined;

  constructor(private readonly verifier: TokenVerifier) {
    super();
  }

  getPassportInstance(): InstanceType<typeof Passport> {
    return (this.passport ??= new Passport());
  }

  async validate(request: FastifyRequest): Promise<Caller> {
    return this.verifier.verifyForManagement(bearerTokenOf(request.headers.authorization));
  }

  /** Who sent the request. @throws ArmError what the verifier has against the token. */
  callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const answered = (error: unknown, caller: Caller | undefined): void => (caller ? resolve(caller) : reject(error));
      this.getPassportInstance().authenticate('bearer', { session: false }, answered)(request, reply, reject);
    });
  }
}
