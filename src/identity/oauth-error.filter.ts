import { Catch, Injectable } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '../work/clock.js';
import { OAuthError } from './oauth-error.js';

const UNAUTHORIZED = 401;

/** Answers as OAuth does, not in the envelope of ARM. */
@Catch(OAuthError)
@Injectable()
export class OAuthErrorFilter implements ExceptionFilter<OAuthError> {
  constructor(private readonly clock: Clock) {}

  catch(error: OAuthError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error.status === UNAUTHORIZED) void reply.header('www-authenticate', 'Basic realm="token endpoint"');
    if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds));
    void reply
      .code(error.status)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      .send(error.toBody(this.clock.now()));
  }
}
