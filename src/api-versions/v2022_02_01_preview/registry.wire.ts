import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { SkuWire, TrackedResourceWire } from '../parts/envelope.wire.js';
import {
  IdentityWire,
  PoliciesWire,
  PolicyWire,
  RegistryPropertiesWire,
  SoftDeletePolicyWire,
} from '../parts/registry-parts.wire.js';
import { registryWire } from '../registry-wire.js';

export class Policies20220201Preview extends PoliciesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyWire)
  readonly azureADAuthenticationAsArmPolicy?: PolicyWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SoftDeletePolicyWire)
  readonly softDeletePolicy?: SoftDeletePolicyWire;
}

export class RegistryProperties20220201Preview extends RegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Policies20220201Preview)
  readonly policies?: Policies20220201Preview;

  /** Whether everybody may pull. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: false })
  readonly anonymousPullEnabled?: boolean;
}

export class Registry20220201Preview extends TrackedResourceWire {
  @IsDefined()
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
  @Type(() => RegistryProperties20220201Preview)
  readonly properties?: RegistryProperties20220201Preview;
}

export const registry20220201Preview = registryWire({
  shape: Registry20220201Preview,
  settings: {
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: false,
    publicNetworkAccess: 'Enabled',
    networkRuleBypassOptions: 'AzureServices',
    zoneRedundancy: 'Disabled',
  },
  policies: {
    quarantinePolicy: { status: 'disabled' },
    trustPolicy: { type: 'Notary', status: 'disabled' },
    retentionPolicy: { days: 7, status: 'disabled' },
    exportPolicy: { status: 'enabled' },
    azureADAuthenticationAsArmPolicy: { status: 'enabled' },
    softDeletePolicy: { retentionDays: 7, status: 'disabled' },
  },
});
