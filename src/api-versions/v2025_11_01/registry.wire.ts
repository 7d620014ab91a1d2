import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { SkuWire, TrackedResourceWire } from '../parts/envelope.wire.js';
import { IdentityWire, PoliciesWire, PolicyWire, RegistryPropertiesWire } from '../parts/registry-parts.wire.js';
import { registryWire } from '../registry-wire.js';

const ROLE_ASSIGNMENT_MODES = ['AbacRepositoryPermissions', 'LegacyRegistryPermissions'] as const;

export class Policies20251101 extends PoliciesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyWire)
  readonly azureADAuthenticationAsArmPolicy?: PolicyWire;
}

export class RegistryProperties20251101 extends RegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Policies20251101)
  readonly policies?: Policies20251101;

  /** Whether everybody may pull. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: false })
  readonly anonymousPullEnabled?: boolean;

  /** Whether tasks pass the network rules. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: false })
  readonly networkRuleBypassAllowedForTasks?: boolean;

  /** Whether roles are assigned to the whole registry or to repositories. */
  @IsOptional()
  @IsIn(ROLE_ASSIGNMENT_MODES)
  @ApiProperty({ enum: ROLE_ASSIGNMENT_MODES, default: 'LegacyRegistryPermissions' })
  readonly roleAssignmentMode?: (typeof ROLE_ASSIGNMENT_MODES)[number];
}

/** A container registry. */
export class Registry20251101 extends TrackedResourceWire {
  @IsDefined({ message: "The sku is required, such as { name: 'Premium' }" })
  @IsObject()
  @ValidateNested()
  @Type(() => SkuWire)
  readonly sku: SkuWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => IdentityWire)
  readonly identity?: IdentityWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RegistryProperties20251101)
  readonly properties?: RegistryProperties20251101;
}

export const registry20251101 = registryWire({
  shape: Registry20251101,
  settings: {
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: false,
    publicNetworkAccess: 'Enabled',
    networkRuleBypassOptions: 'AzureServices',
    networkRuleBypassAllowedForTasks: false,
    zoneRedundancy: 'Disabled',
    roleAssignmentMode: 'LegacyRegistryPermissions',
  },
  policies: {
    quarantinePolicy: { status: 'disabled' },
    trustPolicy: { type: 'Notary', status: 'disabled' },
    retentionPolicy: { days: 7, status: 'disabled' },
    exportPolicy: { status: 'enabled' },
    azureADAuthenticationAsArmPolicy: { status: 'enabled' },
  },
});
