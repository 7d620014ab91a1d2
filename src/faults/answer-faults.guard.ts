import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ArmError } from '../arm/arm-error.js';
import { Database } from '../database/database.js';
import { concerns } from './fault-rules.js';
import { faultsOf, strike } from './faults.repository.js';
import type { Fault } from './fault.entity.js';
import { Randomness } from './randomness.js';

const REGISTRY = /\/providers\/+microsoft\.containerregistry\/+registries\/+([^/?]+)/i;

/** Answers requests about registries, and about what lies below them, as the faults of the caller's tenant say. */
@Injectable()
export class AnswerFaultsGuard implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly randomness: Randomness,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { caller, url } = context.switchToHttp().getRequest<FastifyRequest>();
    const registryKey = REGISTRY.exec(url)?.[1]?.toLowerCase();
    if (!caller || registryKey === undefined) return true;
    for (const fault of await faultsOf(this.database, caller.tenantId))
      if (fault.effect === 'answer' && concerns(fault, registryKey) && (await this.strikes(fault, registryKey)))
        throw answerOf(fault);
    return true;
  }

  private async strikes(fault: Fault, registryKey: string): Promise<boolean> {
    if (fault.rate !== null) return this.randomness.next() < fault.rate;
    return fault.times === null || strike(this.database, fault, registryKey, null);
  }
}

function answerOf({ name, status }: Fault): ArmError {
  const message = `The fault '${name}' of this service answers in its place. Send the request again, or switch it off with DELETE /faults/${name}.`;
  if (status !== 429) return new ArmError('InternalServerError', message);
  return new ArmError('SubscriptionRequestsThrottled', message, { headers: { 'retry-after': '1' } });
}
