import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { selectionExpression, type Selection } from '../content/selection.js';
import {
  findTagImmutability,
  leadByIndex,
  removeTagImmutability,
  saveTagImmutability,
} from '../content/tag-immutability.repository.js';
import { Database } from '../database/database.js';
import { registryId } from '../registries/registry-id.js';
import type { Registry } from '../registries/registry.entity.js';
import { Clock } from '../work/clock.js';
import { noPolicy, notIndexed, PolicyPlaces } from './policy-places.js';
import { TagImmutabilityWire, type TagImmutabilityPolicyWire } from './tag-immutability.wire.js';

const KIND = 'tagImmutabilityPolicies';

/** Says which tags of a registry are neither moved nor deleted. */
@Injectable()
export class TagImmutability {
  constructor(
    private readonly database: Database,
    private readonly places: PolicyPlaces,
    private readonly clock: Clock,
  ) {}

  async get(request: ArmRequest): Promise<TagImmutabilityPolicyWire> {
    const registry = await this.places.registryOf(request);
    const found = await findTagImmutability(this.database, registry.id);
    if (!found) throw noPolicy(KIND, request);
    return shown(registry, found.rules);
  }

  /** Holds for every push and deletion that is begun after the answer, in every process. */
  async put(request: ArmRequest): Promise<TagImmutabilityPolicyWire> {
    const parsed = parseBody(TagImmutabilityWire, request.body);
    if (!('body' in parsed)) {
      throwIfAny(parsed.problems);
      throw new ArmError('InvalidRequestContent', 'The request body cannot be used.');
    }
    const rules = parsed.body.properties.rules.map(({ repositories, tags }) => ({ repositories, tags }));
    return this.database.transaction(async (tx) => {
      const registry = await this.places.held(tx, request);
      if (!(await leadByIndex(tx, registry.id))) throw notIndexed(registry);
      await saveTagImmutability(tx, {
        registryId: registry.id,
        rules,
        expression: selectionExpression(rules),
        updatedAt: this.clock.now(),
      });
      return shown(registry, rules);
    });
  }

  async delete(request: ArmRequest): Promise<void> {
    const wasThere = await this.database.transaction(async (tx) =>
      removeTagImmutability(tx, (await this.places.held(tx, request)).id),
    );
    request.answer(wasThere ? 200 : 204);
  }
}

function shown(registry: Registry, rules: readonly Selection[]): TagImmutabilityPolicyWire {
  return {
    id: `${registryId(registry)}/${KIND}/default`,
    name: 'default',
    type: `Microsoft.ContainerRegistry/registries/${KIND}`,
    properties: {
      rules: rules.map(({ repositories, tags }) => ({ repositories: [...repositories], tags: [...tags] })),
    },
  };
}
