import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsDefined, IsIn, IsObject, ValidateNested } from 'class-validator';
import { ProxyResourceWire } from '../parts/child.wire.js';
import { FirstConnectedRegistryPropertiesWire, inKnownCasing } from '../parts/connected-registry.wire.js';
import { connectedRegistryWire } from '../parts/connected-registry-record.js';

const MODES = ['Registry', 'Mirror'] as const;

export class ConnectedRegistryProperties20201101Preview extends FirstConnectedRegistryPropertiesWire {
  @Transform(({ value }) => inKnownCasing(value, MODES))
  @IsIn(MODES)
  @ApiProperty({ enum: MODES })
  declare readonly mode: (typeof MODES)[number];
}

/** A registry elsewhere that synchronises with one here. */
export class ConnectedRegistry20201101Preview extends ProxyResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ConnectedRegistryProperties20201101Preview)
  readonly properties: ConnectedRegistryProperties20201101Preview;
}

export const connectedRegistry20201101Preview = connectedRegistryWire(ConnectedRegistry20201101Preview, {
  firstModes: { ReadWrite: 'Registry', ReadOnly: 'Mirror' },
});
