import { Type } from 'class-transformer';
import { IsDefined, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { SkuWire, TrackedResourceWire } from '../parts/envelope.wire.js';
import { IdentityWire, PoliciesWire, RegistryPropertiesWire } from '../parts/registry-parts.wire.js';
import { registryWire } from '../registry-wire.js';

export class RegistryProperties20221201 extends RegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PoliciesWire)
  readonly policies?: PoliciesWire;
}

export class Registry20221201 extends TrackedResourceWire {
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
  @Type(() => RegistryProperties20221201)
  readonly properties?: RegistryProperties20221201;
}

export const registry20221201 = registryWire({
  shape: Registry20221201,
  settings: {
    adminUserEnabled: false,
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
});
