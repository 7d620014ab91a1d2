import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  ConnectedRegistryPropertiesWire,
  ConnectedRegistryWire,
  connectedRegistryWire,
} from '../parts/connected-registry.wire.js';

/** When the connected registry removes what nothing refers to. */
export class GarbageCollectionPropertiesWire {
  @IsOptional()
  @IsBoolean()
  readonly enabled?: boolean;

  /** A cron expression. */
  @IsOptional()
  @IsString()
  readonly schedule?: string;
}

export class ConnectedRegistryProperties20251101 extends ConnectedRegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => GarbageCollectionPropertiesWire)
  readonly garbageCollection?: GarbageCollectionPropertiesWire;
}

/** A registry elsewhere that synchronises with one here. */
export class ConnectedRegistry20251101 extends ConnectedRegistryWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ConnectedRegistryProperties20251101)
  declare readonly properties: ConnectedRegistryProperties20251101;
}

export const connectedRegistry20251101 = connectedRegistryWire(ConnectedRegistry20251101);
