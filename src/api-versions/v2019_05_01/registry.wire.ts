import { Type } from 'class-transformer';
import { IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { fixedTo, lacking } from '../differences.js';
import { SkuWire, TrackedResourceWire } from '../parts/envelope.wire.js';
import { FirstPoliciesWire, FirstRegistryPropertiesWire, SubnetRuleSetWire } from '../parts/registry-parts.wire.js';
import { registryWire } from '../registry-wire.js';

/** Where registries of the SKU Classic kept their images. */
export class StorageAccount20190501 {
  @IsString()
  readonly id: string;
}

export class RegistryProperties20190501 extends FirstRegistryPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SubnetRuleSetWire)
  override readonly networkRuleSet?: SubnetRuleSetWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FirstPoliciesWire)
  readonly policies?: FirstPoliciesWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => StorageAccount20190501)
  readonly storageAccount?: StorageAccount20190501;
}

export class Registry20190501 extends TrackedResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => SkuWire)
  readonly sku: SkuWire;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RegistryProperties20190501)
  readonly properties?: RegistryProperties20190501;
}

/** Later versions of a registry show these whatever their settings are. */
const CAME_LATER = [
  'systemData',
  'identity',
  'properties.encryption',
  'properties.dataEndpointHostNames',
  'properties.privateEndpointConnections',
];

export const registry20190501 = fixedTo(
  lacking(
    registryWire({
      shape: Registry20190501,
      settings: {
        adminUserEnabled: false,
      },
      policies: {
        quarantinePolicy: { status: 'disabled' },
        trustPolicy: { type: 'Notary', status: 'disabled' },
        retentionPolicy: { days: 7, status: 'disabled' },
      },
      hasSubnetRules: true,
    }),
    CAME_LATER,
  ),
  { 'properties.storageAccount': undefined },
);
