import { ApiProperty } from '@nestjs/swagger';

/** What a resource was bought as. */
export class ResourceSkuWire {
  /** @example "Premium" */
  readonly name: string;

  /** @example "Premium" */
  readonly tier: string;
}

/** A resource of any type. */
export class ResourceWire {
  /** The path of the resource. */
  readonly id: string;

  readonly name: string;

  /** @example "Microsoft.ContainerRegistry/registries" */
  readonly type: string;

  /** @example "westeurope" */
  readonly location: string;

  /** Names and values of the customer's own. */
  readonly tags: Record<string, string>;

  readonly sku?: ResourceSkuWire;

  /** Only with `$expand=createdTime`. */
  @ApiProperty({ format: 'date-time', required: false })
  readonly createdTime?: string;

  /** Only with `$expand=changedTime`. */
  @ApiProperty({ format: 'date-time', required: false })
  readonly changedTime?: string;

  /** Only with `$expand=provisioningState`. */
  readonly provisioningState?: string;
}

/** One page of resources. */
export class ResourcePage {
  readonly value: ResourceWire[];

  /** The next page, which can be empty; absent on the last one. */
  readonly nextLink?: string;
}
