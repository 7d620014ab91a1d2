import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArmError } from '../arm/arm-error.js';
import { parseUuid } from '../arm/uuid.js';
import { Config } from '../config/config.js';
import { Stopwatch } from './stopwatch.js';
import { TokenBuckets } from './token-buckets.js';

type Kind = 'reads' | 'writes' | 'deletes';

const KINDS: Readonly<Record<string, Kind>> = { GET: 'reads', HEAD: 'reads', DELETE: 'deletes' };

const SUBSCRIPTION = /^\/+subscriptions\/+([^/?]+)/i;

/**
 * Counts the requests of each caller in each subscription, as Azure Resource Manager does, and answers 429 to too many. It
 * stands behind the guard that says who is calling: what nobody has proven counts for nobody.
 */
@Injectable()
export class ThrottlingGuard implements CanActivate {
  private readonly buckets: TokenBuckets<Kind>;

  constructor({ readLimit, writeLimit, deleteLimit }: Config, stopwatch: Stopwatch) {
    this.buckets = new TokenBuckets({ reads: readLimit, writes: writeLimit, deletes: deleteLimit }, () =>
      stopwatch.nowMs(),
    );
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { caller, method, url } = http.getRequest<FastifyRequest>();
    if (!caller) return true;
    const kind = KINDS[method] ?? 'writes';
    const subscriptionId = parseUuid(SUBSCRIPTION.exec(url)?.[1]);
    const taken = this.buckets.take(`${caller.tenantId}/${caller.objectId}/${subscriptionId ?? ''}`, kind);
    const scope = subscriptionId === undefined ? 'tenant' : 'subscription';
    const left = 'left' in taken ? taken.left : 0;
    void http.getResponse<FastifyReply>().header(`x-ms-ratelimit-remaining-${scope}-${kind}`, String(left));
    if ('left' in taken) return true;
    throw refusal(kind, subscriptionId, taken.retryAfterSeconds);
  }
}

function refusal(kind: Kind, subscriptionId: string | undefined, seconds: number): ArmError {
  const where = subscriptionId === undefined ? 'outside of subscriptions' : `in the subscription '${subscriptionId}'`;
  return new ArmError(
    subscriptionId === undefined ? 'TenantRequestsThrottled' : 'SubscriptionRequestsThrottled',
    `The caller has sent too many ${kind} ${where}. Send the request again after ${seconds} seconds.`,
    { headers: { 'retry-after': String(seconds) } },
  );
}
