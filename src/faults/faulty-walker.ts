import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Operation } from '../work/operation.entity.js';
import { PlanFailure, walk, type Outcome, type Plan } from '../work/plan.js';
import { PlanWalker } from '../work/plan-walker.js';
import { concerns } from './fault-rules.js';
import { faultsOf, strike, workedOn } from './faults.repository.js';
import type { Fault } from './fault.entity.js';

/** How soon it is looked again whether a fault is still there. */
const LOOK_AGAIN_MS = 500;

/** Lets faults stand before plans. Deletions pass, so that a resource can be got rid of whatever was done to it. */
@Injectable()
export class FaultyWalker extends PlanWalker {
  constructor(private readonly database: Database) {
    super();
  }

  async walk<Scope>(operation: Operation, plan: Plan<Scope>, scope: Scope): Promise<Outcome> {
    return (operation.kind === 'Delete' ? undefined : await this.inTheWay(operation)) ?? walk(plan, scope);
  }

  /** @throws PlanFailure when a fault makes the operation fail. */
  private async inTheWay({ id, tenantId }: Operation): Promise<Outcome | undefined> {
    const all = (await faultsOf(this.database, tenantId)).filter(({ effect }) => effect !== 'answer');
    const { registryKey, ageMs } = (all.length > 0 && (await workedOn(this.database, id))) || { registryKey: null };
    if (!registryKey) return undefined;
    const faults = all.filter((fault) => concerns(fault, registryKey));
    const [longest] = faults
      .map((fault) => ({ fault, leftMs: leftMs(fault, ageMs ?? 0) }))
      .filter(({ leftMs: left }) => left > 0)
      .toSorted((one, other) => other.leftMs - one.leftMs);
    if (longest)
      return {
        done: false,
        step: 'faults',
        retryAfterMs: Math.min(LOOK_AGAIN_MS, longest.leftMs),
        because: `the fault '${longest.fault.name}' holds it up; DELETE /faults/${longest.fault.name} lets it go on`,
      };
    for (const fault of faults)
      if (fault.effect === 'fail' && (fault.times === null || (await strike(this.database, fault, registryKey, id))))
        throw new PlanFailure(
          'ProvisioningFailed',
          `The fault '${fault.name}' of this service made the operation fail. Send the request again once it is over, or switch it off with DELETE /faults/${fault.name}.`,
        );
    return undefined;
  }
}

function leftMs({ effect, seconds }: Fault, ageMs: number): number {
  if (effect === 'hang') return Number.POSITIVE_INFINITY;
  return effect === 'slow' ? (seconds ?? 0) * 1000 - ageMs : 0;
}
