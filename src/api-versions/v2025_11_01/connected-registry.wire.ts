import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  ConnectedRegistryPropertiesWire,
  ConnectedRegistryWire,
  LoggingPropertiesWire,
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

/** What of the synchronisation a patch can change. */
export class SyncUpdatePropertiesWire {
  /** Cron expression of when it synchronises. */
  readonly schedule?: string;

  /** For how long it may synchronise each time, such as `PT3H`. */
  @ApiProperty({ format: 'duration' })
  readonly syncWindow?: string;

  /** For how long a message is kept for it, such as `P2D`. */
  @ApiProperty({ format: 'duration' })
  readonly messageTtl?: string;
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

export const connectedRegistry20251101 = connectedRegistryWire(ConnectedRegistry20251101, [
  ConnectedRegistryUpdate20251101,
]);
