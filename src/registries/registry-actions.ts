import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { notFound } from '../arm/refusals.js';
import { Scopes } from '../arm/scopes.js';
import { AdminCredentials } from '../credentials/admin-credentials.js';
import { Database } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import { usagesOf } from './list-usages.js';
import { RegistriesRepository } from './registries.repository.js';
import {
  NameCheckWire,
  RegenerateWire,
  type CredentialsWire,
  type NameStatusWire,
  type UsageListWire,
} from './registry-actions.wire.js';
import type { Registry } from './registry.entity.js';
import { registryId } from './registry-id.js';
import { NAME_PATTERN, NAME_RULE, REGISTRY_TYPE } from './registry.type.js';
import { SkuCounts } from './sku-counts.js';

/** What can be asked of a registry besides its own record. */
@Injectable()
export class RegistryActions {
  constructor(
    private readonly database: Database,
    private readonly registries: RegistriesRepository,
    private readonly credentials: AdminCredentials,
    private readonly usage: Usage,
    private readonly counts: SkuCounts,
    private readonly scopes: Scopes,
  ) {}

  async checkName(body: unknown): Promise<NameStatusWire> {
    const { name } = bodyOf(NameCheckWire, body);
    if (!NAME_PATTERN.test(name)) return { nameAvailable: false, reason: 'Invalid', message: NAME_RULE };
    if (await this.registries.isNameTaken(this.database, name.toLowerCase()))
      return { nameAvailable: false, reason: 'AlreadyExists', message: `The registry ${name} is already in use.` };
    return { nameAvailable: true };
  }

  async listCredentials(registry: Registry): Promise<CredentialsWire> {
    assertAdminEnabled(registry);
    const passwords = await this.credentials.list(this.database, registry.id);
    return {
      username: registry.name,
      passwords: passwords.map(({ name, value }) => ({ name, value: value.reveal() })),
    };
  }

  async regenerateCredential(registry: Registry, request: ArmRequest): Promise<CredentialsWire> {
    const { name } = bodyOf(RegenerateWire, request.body);
    assertAdminEnabled(registry);
    const { id, caller } = request;
    const held = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id, caller);
      const found = await this.registries.lock(tx, id, caller.tenantId);
      if (!found) throw notFound(REGISTRY_TYPE, id);
      assertAdminEnabled(found);
      await this.credentials.regenerate(tx, found.id, name);
      return found;
    });
    return this.listCredentials(held);
  }

  async listUsages(registry: Registry): Promise<UsageListWire> {
    const storedBytes = await this.usage.storedBytes(this.database, registry.id);
    return { value: usagesOf(registry, storedBytes, await this.counts.of(this.database, registry.id)) };
  }
}

function bodyOf<T extends object>(shape: new () => T, body: unknown): T {
  const parsed = parseBody(shape, body);
  if ('body' in parsed) return parsed.body;
  throwIfAny(parsed.problems);
  throw new ArmError('InvalidRequestContent', 'The request body cannot be used.');
}

function assertAdminEnabled(registry: Registry): void {
  if (registry.adminUserEnabled) return;
  throw new ArmError(
    'UnAuthorizedForCredentialOperations',
    `Cannot perform credential operations for ${registryId(registry)} as admin user is disabled. Kindly enable admin user as per docs: ` +
      'https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account',
  );
}
