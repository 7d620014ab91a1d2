import { ApiProperty } from '@nestjs/swagger';

/** A type of resource that a provider has. */
export class ProviderResourceTypeWire {
  /** @example "registries" */
  readonly resourceType: string;

  /** Where resources of the type can be made, as people call the places. */
  readonly locations: string[];

  /** The versions that serve the type, newest first. */
  readonly apiVersions: string[];

  /** @example "SupportsTags, SupportsLocation" */
  readonly capabilities: string;
}

/** A resource provider, and whether the subscription uses it. */
export class ProviderWire {
  /** @example "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ContainerRegistry" */
  readonly id: string;

  /** @example "Microsoft.ContainerRegistry" */
  readonly namespace: string;

  @ApiProperty({ enum: ['Registered', 'Unregistered', 'NotRegistered'] })
  readonly registrationState: string;

  /** @example "RegistrationRequired" */
  readonly registrationPolicy: string;

  readonly resourceTypes: ProviderResourceTypeWire[];
}

/** The resource providers of this service. */
export class ProviderList {
  readonly value: ProviderWire[];
}
