import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';

/** What the service says of a resource group. */
export class ResourceGroupProperties {
  /**
   * Whether the group can be used.
   * @example "Succeeded"
   */
  @IsOptional()
  @IsIn(['Succeeded', 'Deleting'])
  readonly provisioningState?: 'Succeeded' | 'Deleting';
}

/** A resource group to be made or changed. */
export class ResourceGroupBody {
  /**
   * Where the record of the group lies; fixed once the group exists.
   * @example "westeurope"
   */
  @IsNotEmpty({ message: "a group needs a location, such as 'westeurope'" })
  @IsString()
  readonly location: string;

  /** Names and values of the customer's own; at most 50. */
  @IsOptional()
  @IsObject()
  readonly tags?: Record<string, string>;

  /** Id of the resource that manages the group. */
  @IsOptional()
  @IsString()
  readonly managedBy?: string;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly id?: string;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly name?: string;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly type?: string;

  /** Read-only; may be sent back as it was read. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ResourceGroupProperties)
  readonly properties?: ResourceGroupProperties;
}

/** What of a resource group is to change; `tags` are replaced whole. */
export class ResourceGroupPatch {
  /** Names and values of the customer's own; at most 50. */
  readonly tags?: Record<string, string>;

  /** Id of the resource that manages the group. */
  readonly managedBy?: string;

  /** Ignored: the URL says it. */
  readonly name?: string;

  /** Read-only; may be sent back as it was read. */
  readonly properties?: ResourceGroupProperties;
}

/** A resource group. */
export class ResourceGroupWire {
  /**
   * The path of the group.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
   */
  readonly id: string;

  /**
   * The name, as it was last written.
   * @example "demo"
   */
  readonly name: string;

  /** @example "Microsoft.Resources/resourceGroups" */
  readonly type: string;

  /**
   * Where the record of the group lies.
   * @example "westeurope"
   */
  readonly location: string;

  /** Names and values of the customer's own. */
  readonly tags: Record<string, string>;

  /** Id of the resource that manages the group. */
  readonly managedBy?: string;

  readonly properties: ResourceGroupProperties;
}

/** One page of resource groups. */
export class ResourceGroupPage {
  readonly value: ResourceGroupWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}
