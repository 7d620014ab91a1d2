import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { registryWire } from '../registry-wire.js';
import { Registry20220201Preview, RegistryProperties20220201Preview } from '../v2022_02_01_preview/registry.wire.js';

const SWITCHES = ['Enabled', 'Disabled'] as const;

/** The members of 2022-02-01-preview, and one more. */
export class RegistryProperties20231101Preview extends RegistryProperties20220201Preview {
  /** Whether artifacts can be found by what their metadata say. */
  @IsOptional()
  @IsIn(SWITCHES)
  @ApiProperty({ enum: SWITCHES, default: 'Disabled' })
  readonly metadataSearch?: (typeof SWITCHES)[number];
}

export class Registry20231101Preview extends Registry20220201Preview {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RegistryProperties20231101Preview)
  override readonly properties?: RegistryProperties20231101Preview;
}

export const registry20231101Preview = registryWire({
  shape: Registry20231101Preview,
  settings: {
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: false,
    publicNetworkAccess: 'Enabled',
    networkRuleBypassOptions: 'AzureServices',
    zoneRedundancy: 'Disabled',
    metadataSearch: 'Disabled',
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
