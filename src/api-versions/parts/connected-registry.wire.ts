import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import { ProxyResourceWire } from './child.wire.js';

const MODES = ['ReadWrite', 'ReadOnly', 'Registry', 'Mirror'] as const;
const LOG_LEVELS = ['Debug', 'Information', 'Warning', 'Error', 'None'] as const;
const SWITCHES = ['Enabled', 'Disabled'] as const;
const DURATION = /^P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const NOT_A_DURATION = { message: 'it is not a duration such as PT3H or P2D' };

/** How and when the connected registry synchronises with its parent. */
export class SyncPropertiesWire {
  /** Resource id of the token with which it logs in at its parent. */
  @IsString()
  readonly tokenId: string;

  /** Cron expression of when it synchronises. */
  @IsOptional()
  @IsString()
  readonly schedule?: string;

  /** For how long it may synchronise each time, such as `PT3H`. */
  @IsOptional()
  @Matches(DURATION, NOT_A_DURATION)
  @ApiProperty({ format: 'duration' })
  readonly syncWindow?: string;

  /** For how long a message is kept for it, such as `P2D`. */
  @Matches(DURATION, NOT_A_DURATION)
  @ApiProperty({ format: 'duration' })
  readonly messageTtl: string;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly lastSyncTime?: string;

  /** Where it reaches its parent. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly gatewayEndpoint?: string;
}

/** What the connected registry synchronises with. */
export class ParentPropertiesWire {
  /** Resource id of the registry, or of the connected registry, above. */
  @IsOptional()
  @IsString()
  readonly id?: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => SyncPropertiesWire)
  readonly syncProperties: SyncPropertiesWire;
}

/** What the connected registry writes down of itself. */
export class LoggingPropertiesWire {
  @IsOptional()
  @IsIn(LOG_LEVELS)
  @ApiProperty({ enum: LOG_LEVELS, default: 'Information' })
  readonly logLevel?: (typeof LOG_LEVELS)[number];

  @IsOptional()
  @IsIn(SWITCHES)
  @ApiProperty({ enum: SWITCHES, default: 'Disabled' })
  readonly auditLogStatus?: (typeof SWITCHES)[number];
}

/** Whether the connected registry has been activated. */
export class ActivationPropertiesWire {
  @ApiProperty({ readOnly: true, enum: ['Active', 'Inactive'] })
  readonly status?: string;
}

/** The certificate of the connected registry. */
export class TlsCertificatePropertiesWire {
  @ApiProperty({ readOnly: true, enum: ['LocalDirectory'] })
  readonly type?: string;

  @ApiProperty({ readOnly: true })
  readonly location?: string;
}

/** Whether the connected registry speaks HTTPS. */
export class TlsPropertiesWire {
  @ApiProperty({ readOnly: true, enum: SWITCHES })
  readonly status?: string;

  @ApiProperty({ readOnly: true, type: () => TlsCertificatePropertiesWire })
  readonly certificate?: TlsCertificatePropertiesWire;
}

/** Where clients reach the connected registry. */
export class LoginServerPropertiesWire {
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly host?: string;

  @Allow()
  @ApiProperty({ readOnly: true, type: () => TlsPropertiesWire })
  readonly tls?: TlsPropertiesWire;
}

/** What the connected registry tells of one of its parts. */
export class StatusDetailPropertiesWire {
  @ApiProperty({ readOnly: true })
  readonly type?: string;

  @ApiProperty({ readOnly: true })
  readonly code?: string;

  @ApiProperty({ readOnly: true })
  readonly description?: string;

  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly timestamp?: string;

  @ApiProperty({ readOnly: true })
  readonly correlationId?: string;
}

/** What every version's connected registry has under `properties`. */
export class FirstConnectedRegistryPropertiesWire {
  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;

  /** What may be done with it: pull and push, or pull alone. */
  @IsIn(MODES)
  @ApiProperty({ enum: MODES })
  readonly mode: (typeof MODES)[number];

  /** What the connected registry runs. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly version?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Online', 'Offline', 'Syncing', 'Unhealthy'] })
  readonly connectionState?: string;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly lastActivityTime?: string;

  @Allow()
  @ApiProperty({ readOnly: true, type: () => ActivationPropertiesWire })
  readonly activation?: ActivationPropertiesWire;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ParentPropertiesWire)
  readonly parent: ParentPropertiesWire;

  /** Resource ids of the tokens with which clients log in. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly clientTokenIds?: string[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LoginServerPropertiesWire)
  readonly loginServer?: LoginServerPropertiesWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LoggingPropertiesWire)
  readonly logging?: LoggingPropertiesWire;

  @Allow()
  @ApiProperty({ readOnly: true, type: () => [StatusDetailPropertiesWire] })
  readonly statusDetails?: StatusDetailPropertiesWire[];
}

/** The same since 2021-08-01-preview. */
export class ConnectedRegistryPropertiesWire extends FirstConnectedRegistryPropertiesWire {
  /** Of which repositories and actions it wants to be told. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly notificationsList?: string[];
}

/** A registry elsewhere that synchronises with one here. */
export class ConnectedRegistryWire extends ProxyResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ConnectedRegistryPropertiesWire)
  readonly properties: ConnectedRegistryPropertiesWire;
}

/** What a body must look like. No connected registry exists, so nothing becomes a record and nothing is shown. */
export function connectedRegistryWire(
  shape: new () => object,
  otherShapes: readonly (new () => object)[] = [],
): Wire<object> {
  return {
    shape,
    otherShapes,
    parse: (body) => parseBody(shape, body),
    fromWire: (_, base) => base,
    toWire: (record) => record,
  };
}

/** From 2021-08-01-preview to 2023-11-01-preview. */
export const earlyConnectedRegistryWire = connectedRegistryWire(ConnectedRegistryWire);
