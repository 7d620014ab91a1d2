import { Injectable } from '@nestjs/common';
import type { ArmRequest } from '../arm/arm-request.js';
import { ArmError } from '../arm/arm-error.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { busy, parentNotFound } from '../arm/refusals.js';
import { Scopes } from '../arm/scopes.js';
import type { Tx } from '../database/database.js';
import { RegistryParents } from '../registries/registry-parents.js';
import { REGISTRY_TYPE } from '../registries/registry.type.js';
import type { Registry } from '../registries/registry.entity.js';

/** The registries whose policies are asked for. Policies are records of no resource type: each registry has one of a kind. */
@Injectable()
export class PolicyPlaces {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly parents: RegistryParents,
    private readonly scopes: Scopes,
  ) {}

  /** @throws ArmError when the registry is not there, or the api-version serves none. */
  registryOf(request: ArmRequest): Promise<Registry> {
    requireDefault(request);
    this.arm.assertServed({ type: REGISTRY_TYPE }, request);
    return this.parents.above(request);
  }

  /** The registry, held until the commit. @throws ArmError as for any resource below it that is written. */
  async held(tx: Tx, request: ArmRequest): Promise<Registry> {
    this.arm.assertServed({ type: REGISTRY_TYPE }, request);
    requireDefault(request);
    const { id, caller } = request;
    await this.scopes.assertWritable(tx, id, caller);
    const registry = await this.parents.lock(tx, id.parent(), caller.tenantId);
    if (!registry) throw parentNotFound(REGISTRY_TYPE, id.parent());
    if (registry.provisioningState === 'Deleting') throw busy(REGISTRY_TYPE, registry, undefined);
    return registry;
  }
}

/** @throws ArmError for a policy of any other name. */
function requireDefault({ id }: ArmRequest): void {
  if (id.key === 'default') return;
  throw new ArmError('InvalidResourceName', `'${id.name}': a registry has one such policy, with the name default.`, {
    target: 'name',
  });
}

/** The 404 for a policy that nobody has set. */
export function noPolicy(kind: string, { id }: ArmRequest): ArmError {
  return new ArmError(
    'ResourceNotFound',
    `The registry '${id.parent().name}' has no policy '${kind}/default'. Set it with PUT.`,
  );
}

/** The 409 for a registry whose engine has more than is written down. */
export function notIndexed({ name }: Registry): ArmError {
  return new ArmError(
    'FeatureNotSupported',
    `Registry '${name}' holds content from before it was indexed, which a policy would not see. Its operator brings that in with the command reindex.`,
  );
}
