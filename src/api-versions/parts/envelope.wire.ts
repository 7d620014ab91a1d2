import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsIn, IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import { SKU_NAMES } from '../../registries/sku.js';
import type { SkuName } from '../../registries/sku.js';

/** Who created the resource and who changed it last. */
export class SystemDataWire {
  /** The identity that created the resource. */
  createdBy?: string;

  /** The type of identity that created the resource. */
  @ApiProperty({ enum: ['User', 'Application', 'ManagedIdentity', 'Key'] })
  createdByType?: string;

  /** The time of creation (UTC). */
  @ApiProperty({ format: 'date-time' })
  createdAt?: string;

  /** The identity that last changed the resource. */
  lastModifiedBy?: string;

  /** The type of identity that last changed the resource. */
  @ApiProperty({ enum: ['User', 'Application', 'ManagedIdentity', 'Key'] })
  lastModifiedByType?: string;

  /** The time of the last change (UTC). */
  @ApiProperty({ format: 'date-time' })
  lastModifiedAt?: string;
}

/** What every tracked resource has. Members that only the service writes are accepted and ignored. */
export class TrackedResourceWire {
  /** Fully qualified id of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly id?: string;

  /** The name of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly name?: string;

  /** The type of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly type?: string;

  /** Who created the resource and who changed it last. */
  @Allow()
  @ApiProperty({ readOnly: true, type: () => SystemDataWire })
  readonly systemData?: SystemDataWire;

  /** Where the resource lives. Cannot be changed. */
  @IsNotEmpty({ message: "The location property is required, such as 'westeurope'" })
  @IsString()
  readonly location: string;

  /** Labels of the customer's own. */
  @IsOptional()
  @IsObject()
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly tags?: Record<string, string>;
}

/** What the registry may do and how much of it. */
export class SkuWire {
  /** The SKU's name. */
  @IsIn(SKU_NAMES)
  @ApiProperty({ enum: SKU_NAMES })
  readonly name: SkuName;

  /** Always the same as the name. */
  @Allow()
  @ApiProperty({ readOnly: true, enum: SKU_NAMES })
  readonly tier?: SkuName;
}
