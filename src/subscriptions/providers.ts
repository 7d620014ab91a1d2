import { Injectable } from '@nestjs/common';
import { ArmError } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { ResourceCatalogue, type CataloguedType } from '../arm/resource-catalogue.js';
import { Scopes } from '../arm/scopes.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import type { ProviderRegistration } from './provider-registration.entity.js';
import { registrationsOf, saveRegistration } from './provider-registrations.repository.js';
import type { ProviderList, ProviderWire } from './provider.wire.js';
import { regionOf } from './regions.js';

type Namespaces = ReadonlyMap<string, readonly CataloguedType[]>;

/** The resource providers that the catalogue makes up, and which of them a subscription uses. */
@Injectable()
export class Providers {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly catalogue: ResourceCatalogue,
    private readonly config: Config,
  ) {}

  async list({ id, caller }: ArmRequest): Promise<ProviderList> {
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    const states = await registrationsOf(this.database, id.subscriptionId);
    const value = [...this.namespaces()].map(([namespace, types]) =>
      this.toWire(id.subscriptionId, namespace, types, states.get(namespace)),
    );
    return { value };
  }

  async get({ id, caller }: ArmRequest): Promise<ProviderWire> {
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    const [namespace, types] = this.named(id.namespace);
    const states = await registrationsOf(this.database, id.subscriptionId);
    return this.toWire(id.subscriptionId, namespace, types, states.get(namespace));
  }

  async register(request: ArmRequest, state: ProviderRegistration['state']): Promise<ProviderWire> {
    const { id, caller } = request;
    const [namespace, types] = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.subscription(), caller);
      const found = this.named(id.namespace);
      await saveRegistration(tx, { subscriptionId: id.subscriptionId, namespace: found[0], state });
      return found;
    });
    request.answer(200);
    return this.toWire(id.subscriptionId, namespace, types, state);
  }

  private namespaces(): Namespaces {
    const namespaces = new Map<string, CataloguedType[]>();
    for (const entry of this.catalogue.types()) {
      const namespace = entry.type.split('/', 1)[0]!;
      namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), entry]);
    }
    return namespaces;
  }

  private named(wanted = ''): readonly [string, readonly CataloguedType[]] {
    for (const entry of this.namespaces()) if (entry[0].toLowerCase() === wanted.toLowerCase()) return entry;
    throw new ArmError(
      'InvalidResourceNamespace',
      `There is no resource provider '${wanted}' here; GET /subscriptions/{id}/providers lists them all.`,
    );
  }

  private toWire(
    subscriptionId: string,
    namespace: string,
    types: readonly CataloguedType[],
    state: ProviderRegistration['state'] | undefined,
  ): ProviderWire {
    return {
      id: `/subscriptions/${subscriptionId}/providers/${namespace}`,
      namespace,
      registrationState: state ?? 'NotRegistered',
      registrationPolicy: 'RegistrationRequired',
      resourceTypes: types.map(({ type, apiVersions }) => ({
        resourceType: type.slice(namespace.length + 1),
        locations: this.config.regions.map((name) => regionOf(name).displayName),
        apiVersions: [...apiVersions],
        capabilities: 'SupportsTags, SupportsLocation',
      })),
    };
  }
}
