import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { SkuWire, TrackedResourceWire } from '../parts/envelope.wire.js';
import { IdentityWire, PoliciesWire, RegistryPropertiesWire, SubnetRuleSetWire } from '../parts/registry-parts.wire.js';
import { registryWire } from '../registry-wire.js';

export class RegistryProperties20210801Preview extends RegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SubnetRuleSetWire)
  override readonly networkRuleSet?: SubnetRuleSetWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PoliciesWire)
  readonly policies?: PoliciesWire;

  /** Whether everybody may pull. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: false })
  readonly anonymousPullEnabled?: boolean;
}

export class Registry20210801Preview extends TrackedResourceWire {
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
  @Type(() => RegistryProperties20210801Preview)
  readonly properties?: RegistryProperties20210801Preview;
}

export const registry20210801Preview = registryWire({
  shape: Registry20210801Preview,
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
  },
  hasSubnetRules: true,
});
