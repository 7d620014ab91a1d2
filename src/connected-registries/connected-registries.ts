import { Injectable } from '@nestjs/common';
import { servedVersion } from '../arm/api-version.js';
import { ArmError, throwIfAny, type Problem } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { pageOf } from '../arm/paging.js';
import { notFound } from '../arm/refusals.js';
import { VersionTable, type Wire } from '../arm/resource-type.js';
import { Scopes } from '../arm/scopes.js';
import { Database } from '../database/database.js';
import { RegistryParents } from '../registries/registry-parents.js';
import { requireFilter } from './connected-registry-filter.js';

export const CONNECTED_REGISTRY_TYPE = 'Microsoft.ContainerRegistry/registries/connectedRegistries';

const NAME = /^[a-zA-Z0-9]{5,50}$/;

/**
 * Connected registries stand elsewhere and synchronise through the dedicated data endpoint of one here. This release has no
 * data endpoints, so none can be made: to create one is refused, and whatever asks for one is told that there is none.
 */
@Injectable()
export class ConnectedRegistries {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly versions: VersionTable,
    private readonly registries: RegistryParents,
  ) {}

  async list(request: ArmRequest): Promise<{ readonly value: readonly [] }> {
    this.wireOf(request);
    pageOf(request.query);
    requireFilter(request.query);
    await this.registries.above(request);
    return { value: [] };
  }

  /** @throws ArmError always: whatever its name is, it is not there. */
  async find(request: ArmRequest): Promise<never> {
    this.wireOf(request);
    await this.registries.above(request);
    throw notFound(CONNECTED_REGISTRY_TYPE, request.id);
  }

  /** @throws ArmError always: what is wrong with the request, or why no request is right. */
  async create(request: ArmRequest): Promise<never> {
    const parsed = this.wireOf(request).parse(request.body);
    throwIfAny([...nameProblems(request.id.name), ...('problems' in parsed ? parsed.problems : [])]);
    const { name } = await this.registries.above(request);
    throw new ArmError(
      'FeatureNotSupported',
      `The connected registry '${request.id.name}' cannot be created: it needs the registry '${name}' to have ` +
        "'properties.dataEndpointEnabled', and this release has no dedicated data endpoints.",
      { target: 'properties' },
    );
  }

  /** There is nothing to delete, for those who may delete. */
  async delete(request: ArmRequest): Promise<void> {
    this.wireOf(request);
    await this.database.transaction((tx) => this.scopes.assertDeletable(tx, request.id, request.caller));
    request.answer(204);
  }

  private wireOf({ apiVersion }: ArmRequest): Wire<object> {
    return servedVersion(this.versions.wiresOf<object>(CONNECTED_REGISTRY_TYPE), apiVersion, {
      type: 'registries/connectedRegistries',
    });
  }
}

function nameProblems(name: string): Problem[] {
  if (NAME.test(name)) return [];
  return [
    {
      code: 'InvalidResourceName',
      target: 'name',
      message: `'${name}': Names of connected registries have 5 to 50 letters and digits.`,
    },
  ];
}
