import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { HasObjectValues } from './object-values.js';

const STATUSES = ['enabled', 'disabled'] as const;
const SWITCHES = ['Enabled', 'Disabled'] as const;
const IDENTITY_TYPES = ['SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None'] as const;

/** The ids of an identity that a user assigned. */
export class UserIdentityPropertiesWire {
  @ApiProperty({ readOnly: true })
  readonly principalId?: string;

  @ApiProperty({ readOnly: true })
  readonly clientId?: string;
}

/** The managed identity of the registry. */
@ApiExtraModels(UserIdentityPropertiesWire)
export class IdentityWire {
  @IsOptional()
  @Transform(({ value }) => identityTypeOf(value))
  @IsIn(IDENTITY_TYPES)
  @ApiProperty({ enum: IDENTITY_TYPES })
  readonly type?: (typeof IDENTITY_TYPES)[number];

  @Allow()
  @ApiProperty({ readOnly: true })
  readonly principalId?: string;

  @Allow()
  @ApiProperty({ readOnly: true })
  readonly tenantId?: string;

  /** User-assigned identities by their resource ids. */
  @IsOptional()
  @HasObjectValues()
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(UserIdentityPropertiesWire) } })
  readonly userAssignedIdentities?: Record<string, object | null>;
}

/** Clients send the names in several casings, and with or without a blank; answers have the one of the description. */
function identityTypeOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const plain = (text: string) => text.replaceAll(/\s/g, '').toLowerCase();
  return IDENTITY_TYPES.find((type) => plain(type) === plain(value)) ?? value;
}

/** An address or CIDR block that may reach the registry. */
export class IpRuleWire {
  @IsOptional()
  @IsIn(['Allow'])
  @ApiProperty({ enum: ['Allow'], default: 'Allow' })
  readonly action?: 'Allow';

  /** IPv4 or IPv6 address, or CIDR block. */
  @IsString()
  readonly value: string;
}

/** From where the registry can be reached. */
export class NetworkRuleSetWire {
  /** What happens to an address that no rule names. */
  @IsIn(['Allow', 'Deny'])
  @ApiProperty({ enum: ['Allow', 'Deny'], default: 'Allow' })
  readonly defaultAction: 'Allow' | 'Deny';

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => IpRuleWire)
  readonly ipRules?: IpRuleWire[];
}

/** A subnet that may reach the registry. */
export class VirtualNetworkRuleWire {
  @IsOptional()
  @IsIn(['Allow'])
  @ApiProperty({ enum: ['Allow'], default: 'Allow' })
  readonly action?: 'Allow';

  /** Resource id of the subnet. */
  @IsString()
  readonly id: string;
}

/** The same up to 2021-08-01-preview, when subnets were among the rules. */
export class SubnetRuleSetWire extends NetworkRuleSetWire {
  /** Subnets that may reach the registry. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => VirtualNetworkRuleWire)
  readonly virtualNetworkRules?: VirtualNetworkRuleWire[];
}

/** A policy that is on or off. */
export class PolicyWire {
  @IsOptional()
  @IsIn(STATUSES)
  @ApiProperty({ enum: STATUSES })
  readonly status?: (typeof STATUSES)[number];
}

/** Content trust. */
export class TrustPolicyWire extends PolicyWire {
  @IsOptional()
  @IsIn(['Notary'])
  @ApiProperty({ enum: ['Notary'], default: 'Notary' })
  readonly type?: 'Notary';
}

/** How long untagged manifests are kept. */
export class RetentionPolicyWire extends PolicyWire {
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(365)
  @ApiProperty({ type: 'integer', format: 'int32' })
  readonly days?: number;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly lastUpdatedTime?: string;
}

/** How long deleted artifacts can be restored. */
export class SoftDeletePolicyWire extends PolicyWire {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(90)
  readonly retentionDays?: number;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly lastUpdatedTime?: string;
}

/** The policies that every version has. */
export class FirstPoliciesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyWire)
  readonly quarantinePolicy?: PolicyWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => TrustPolicyWire)
  readonly trustPolicy?: TrustPolicyWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RetentionPolicyWire)
  readonly retentionPolicy?: RetentionPolicyWire;
}

/** The policies since 2021-08-01-preview. */
export class PoliciesWire extends FirstPoliciesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyWire)
  readonly exportPolicy?: PolicyWire;
}

/** The customer's own key. */
export class KeyVaultWire {
  @IsOptional()
  @IsString()
  readonly keyIdentifier?: string;

  /** Client id of the identity that reads the key. */
  @IsOptional()
  @IsString()
  readonly identity?: string;

  @Allow()
  @ApiProperty({ readOnly: true })
  readonly versionedKeyIdentifier?: string;

  @Allow()
  @ApiProperty({ readOnly: true })
  readonly keyRotationEnabled?: boolean;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly lastKeyRotationTimestamp?: string;
}

/** Encryption with the customer's own key. */
export class EncryptionWire extends PolicyWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => KeyVaultWire)
  readonly keyVaultProperties?: KeyVaultWire;
}

/** How the registry is; this release tells it by the provisioning state alone. */
export class RegistryStatusWire {
  @ApiProperty({ readOnly: true })
  readonly displayStatus?: string;

  @ApiProperty({ readOnly: true })
  readonly message?: string;

  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly timestamp?: string;
}

/** What every version's registry has under `properties`, but its policies. */
export class FirstRegistryPropertiesWire {
  /** Host, and port where it is not 443, under which clients log in. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly loginServer?: string;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly creationDate?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;

  @Allow()
  @ApiProperty({ readOnly: true, type: () => RegistryStatusWire })
  readonly status?: RegistryStatusWire;

  /** Whether the admin user may log in. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: false })
  readonly adminUserEnabled?: boolean;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => NetworkRuleSetWire)
  readonly networkRuleSet?: NetworkRuleSetWire;
}

/** The same since 2020-11-01-preview. */
export class RegistryPropertiesWire extends FirstRegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => EncryptionWire)
  readonly encryption?: EncryptionWire;

  /** Whether each region has its own host for blobs. */
  @IsOptional()
  @IsBoolean()
  readonly dataEndpointEnabled?: boolean;

  @Allow()
  @ApiProperty({ readOnly: true, type: [String] })
  readonly dataEndpointHostNames?: string[];

  @Allow()
  @ApiProperty({ readOnly: true, type: 'array', items: { $ref: '#/components/schemas/PrivateEndpointConnection' } })
  readonly privateEndpointConnections?: object[];

  /** Whether the login server can be reached other than by private endpoints. */
  @IsOptional()
  @IsIn(SWITCHES)
  @ApiProperty({ enum: SWITCHES, default: 'Enabled' })
  readonly publicNetworkAccess?: (typeof SWITCHES)[number];

  /** Whether trusted services pass the network rules. */
  @IsOptional()
  @IsIn(['AzureServices', 'None'])
  @ApiProperty({ enum: ['AzureServices', 'None'], default: 'AzureServices' })
  readonly networkRuleBypassOptions?: 'AzureServices' | 'None';

  @IsOptional()
  @IsIn(SWITCHES)
  @ApiProperty({ enum: SWITCHES, default: 'Disabled' })
  readonly zoneRedundancy?: (typeof SWITCHES)[number];
}
