import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  ConnectedRegistryPropertiesWire,
  ConnectedRegistryWire,
  LoggingPropertiesWire,
} from '../parts/connected-registry.wire.js';
import { connectedRegistryWire } from '../parts/connected-registry-record.js';
import { SyncUpdatePropertiesWire } from '../parts/connected-registry-update.wire.js';

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

export class ConnectedRegistryUpdateProperties20251101 {
  readonly syncProperties?: SyncUpdatePropertiesWire;

  readonly logging?: LoggingPropertiesWire;

  /** Resource ids of the tokens with which clients log in. */
  readonly clientTokenIds?: string[];

  /** Of which repositories and actions it wants to be told. */
  readonly notificationsList?: string[];

  readonly garbageCollection?: GarbageCollectionPropertiesWire;
}

/** What of a connected registry a patch can change; it is of another shape than the resource. */
export class ConnectedRegistryUpdate20251101 {
  readonly properties?: ConnectedRegistryUpdateProperties20251101;
}

export const connectedRegistry20251101 = connectedRegistryWire(ConnectedRegistry20251101, {
  otherShapes: [ConnectedRegistryUpdate20251101],
  has: ['notificationsList', 'garbageCollection'],
});
