import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny, type Problem } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { leadByIndex } from '../content/tag-immutability.repository.js';
import { Database } from '../database/database.js';
import { registryId } from '../registries/registry-id.js';
import type { Registry } from '../registries/registry.entity.js';
import { Clock } from '../work/clock.js';
import type { LifecyclePolicy, LifecycleRule } from './lifecycle-policy.entity.js';
import { findDoomed, findLifecycle, removeLifecycle, saveLifecycle } from './lifecycle.repository.js';
import { LifecycleWire, type EvaluationWire, type LifecyclePolicyWire } from './lifecycle.wire.js';
import { noPolicy, notIndexed, PolicyPlaces } from './policy-places.js';

const KIND = 'lifecyclePolicies';
const MOST_SHOWN = 1_000;

/** Says which tags of a registry go by themselves. */
@Injectable()
export class Lifecycle {
  constructor(
    private readonly database: Database,
    private readonly places: PolicyPlaces,
    private readonly clock: Clock,
  ) {}

  async get(request: ArmRequest): Promise<LifecyclePolicyWire> {
    const registry = await this.places.registryOf(request);
    return shown(registry, await this.of(registry, request));
  }

  async put(request: ArmRequest): Promise<LifecyclePolicyWire> {
    const { isEnabled, rules } = read(request.body);
    return this.database.transaction(async (tx) => {
      const registry = await this.places.held(tx, request);
      if (!(await leadByIndex(tx, registry.id))) throw notIndexed(registry);
      const { id } = registry;
      return shown(registry, await saveLifecycle(tx, { id, isEnabled, rules, createdAt: this.clock.now() }));
    });
  }

  async delete(request: ArmRequest): Promise<void> {
    const wasThere = await this.database.transaction(async (tx) =>
      removeLifecycle(tx, (await this.places.held(tx, request)).id),
    );
    request.answer(wasThere ? 200 : 204);
  }

  /** What would go now, whether the policy is enabled or not. Changes nothing. */
  async evaluate(request: ArmRequest): Promise<EvaluationWire> {
    const registry = await this.places.registryOf(request);
    const policy = await this.of(registry, request);
    const now = this.clock.now();
    const found = new Map<string, EvaluationWire['value'][number]>();
    for (const rule of policy.rules)
      for (const doomed of await findDoomed(this.database, policy, rule, now, MOST_SHOWN)) {
        const key = `${doomed.repository}:${doomed.tag}`;
        if (!found.has(key)) found.set(key, { rule: rule.name, ...doomed });
      }
    return { value: [...found.values()] };
  }

  private async of(registry: Registry, request: ArmRequest): Promise<LifecyclePolicy> {
    const found = await findLifecycle(this.database, registry.id);
    if (!found) throw noPolicy(KIND, request);
    return found;
  }
}

function read(body: unknown): { readonly isEnabled: boolean; readonly rules: readonly LifecycleRule[] } {
  const parsed = parseBody(LifecycleWire, body);
  if (!('body' in parsed)) {
    throwIfAny(parsed.problems);
    throw new ArmError('InvalidRequestContent', 'The request body cannot be used.');
  }
  const { status, rules } = parsed.body.properties;
  throwIfAny(rules.flatMap(problemsOf));
  return { isEnabled: status === 'enabled', rules: rules.map((rule) => ({ ...rule })) };
}

/** A rule that says nothing of its tags would take them all. */
function problemsOf({ keepLast, olderThanDays, notPulledForDays }: LifecycleRule, index: number): Problem[] {
  if ([keepLast, olderThanDays, notPulledForDays].some((value) => typeof value === 'number')) return [];
  return [
    {
      code: 'InvalidParameter',
      target: `properties.rules.${index}`,
      message: 'A rule needs keepLast, olderThanDays or notPulledForDays, or several of them.',
    },
  ];
}

function shown(registry: Registry, policy: LifecyclePolicy): LifecyclePolicyWire {
  const { isEnabled, rules, endedAt, tagsRemoved, manifestsRemoved } = policy;
  return {
    id: `${registryId(registry)}/${KIND}/default`,
    name: 'default',
    type: `Microsoft.ContainerRegistry/registries/${KIND}`,
    properties: {
      status: isEnabled ? 'enabled' : 'disabled',
      rules: rules.map((rule) => ({ ...rule })) as LifecyclePolicyWire['properties']['rules'],
      ...(endedAt && { lastRun: { endedAt: endedAt.toISOString(), tagsRemoved, manifestsRemoved } }),
    },
  };
}
