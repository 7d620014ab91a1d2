import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
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
import {
  AUDIT_LOG_STATUSES,
  CONNECTED_REGISTRY_MODES,
  LOG_LEVELS,
  type AuditLogStatus,
  type ConnectedRegistryMode,
  type LogLevel,
} from '../../connected-registries/connected-registry.entity.js';
import { ProxyResourceWire } from './child.wire.js';

const REGISTRY_ID = String.raw`/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ContainerRegistry/registries/[^/]+`;
const PARENT_ID = new RegExp(String.raw`^(?:\s*|${REGISTRY_ID}(?:/connectedRegistries/[^/]+)?)$`, 'i');
const TOKEN_ID = new RegExp(`^${REGISTRY_ID}/tokens/[^/]+$`, 'i');
const NO_PARENT_ID = { message: 'it must be the resource id of a registry or of a connected registry' };
const NO_TOKEN_ID = { message: 'it must be the resource id of a token' };
export const DURATION = /^P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
export const NOT_A_DURATION = { message: 'it is not a duration such as PT3H or P2D' };

/** How and when the connected registry synchronises with its parent. */
export class SyncPropertiesWire {
  /** Resource id of the token with which it logs in at its parent. */
  @Matches(TOKEN_ID, NO_TOKEN_ID)
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
  @Matches(PARENT_ID, NO_PARENT_ID)
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
  readonly logLevel?: LogLevel;

  @IsOptional()
  @IsIn(AUDIT_LOG_STATUSES)
  @ApiProperty({ enum: AUDIT_LOG_STATUSES, default: 'Disabled' })
  readonly auditLogStatus?: AuditLogStatus;
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
  @ApiProperty({ readOnly: true, enum: AUDIT_LOG_STATUSES })
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
  @Transform(({ value }) => inKnownCasing(value, CONNECTED_REGISTRY_MODES))
  @IsIn(CONNECTED_REGISTRY_MODES)
  @ApiProperty({ enum: CONNECTED_REGISTRY_MODES })
  readonly mode: ConnectedRegistryMode;

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
  @Matches(TOKEN_ID, { ...NO_TOKEN_ID, each: true })
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

/** The one of the names that is meant in whatever casing; Azure's own command line sends modes in lower case. */
export function inKnownCasing(value: unknown, names: readonly string[]): unknown {
  return names.find((name) => typeof value === 'string' && name.toLowerCase() === value.toLowerCase()) ?? value;
}
