import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny, type Problem } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { isTerminal } from '../arm/provisioning-state.js';
import { notFound } from '../arm/refusals.js';
import { Scopes } from '../arm/scopes.js';
import { ResourceWrites } from '../arm/writes.js';
import { Database } from '../database/database.js';
import { ImportImageParametersWire } from './import-image.wire.js';
import { RegistriesRepository } from './registries.repository.js';
import { REGISTRY_TYPE } from './registry.type.js';

/**
 * Copies of images from other registries. This release copies none: a request is checked as if it did, and then told so, so
 * that nobody takes silence for an image.
 */
@Injectable()
export class ImportImage {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly writes: ResourceWrites,
    private readonly registries: RegistriesRepository,
  ) {}

  /** @throws ArmError always: what is wrong with the request or in its way, or that nothing is copied. */
  async start(request: ArmRequest): Promise<never> {
    const { id, caller } = request;
    const parsed = parseBody(ImportImageParametersWire, request.body);
    throwIfAny('problems' in parsed ? parsed.problems : problemsOf(parsed.body));
    await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.resource(), caller);
      const registry = await this.registries.lock(tx, id, caller.tenantId);
      if (!registry) throw notFound(REGISTRY_TYPE, id);
      if (!isTerminal(registry.provisioningState)) throw await this.writes.busy(tx, REGISTRY_TYPE, registry, caller);
    });
    throw new ArmError(
      'NotImplemented',
      'This release imports no images, and none was imported. Copy it with a client that reads and writes, such as ' +
        '"skopeo copy", or let a cache rule name where it comes from.',
      { target: 'source' },
    );
  }
}

/** What no member can say alone. No message repeats a value, since one of them is a password. */
function problemsOf({ source, targetTags, untaggedTargetRepositories }: ImportImageParametersWire): Problem[] {
  const { resourceId, registryUri, credentials } = source;
  const invalid = (target: string, message: string): Problem => ({ code: 'InvalidParameter', target, message });
  const isNamed = Boolean(resourceId) !== Boolean(registryUri);
  const isTargeted = (targetTags?.length ?? 0) + (untaggedTargetRepositories?.length ?? 0) > 0;
  return [
    ...(isNamed
      ? []
      : [invalid('source', "'source': name the registry by 'resourceId' or by 'registryUri', one of the two.")]),
    ...(credentials && !registryUri
      ? [invalid('source.credentials', "'source.credentials': they are for a registry that 'registryUri' names.")]
      : []),
    ...(isTargeted
      ? []
      : [invalid('targetTags', "'targetTags': name at least one target, here or in 'untaggedTargetRepositories'.")]),
  ];
}
