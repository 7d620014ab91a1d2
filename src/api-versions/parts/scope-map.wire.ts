import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Allow, IsArray, IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import type { ScopeMap } from '../../scope-maps/scope-map.entity.js';
import { SCOPE_MAP_TYPE } from '../../scope-maps/scope-map.type.js';
import { ProxyResourceWire, proxyResource } from './child.wire.js';

/** What a scope map allows. */
export class ScopeMapPropertiesWire {
  /** What the scope map is for. */
  @IsOptional()
  @IsString()
  readonly description?: string;

  /** Whether the customer or the system made it. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly type?: string;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly creationDate?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;

  /** Such as `repositories/samples/hello-world/content/read`. */
  @IsArray()
  @IsString({ each: true })
  readonly actions: string[];
}

/** What a token may do: a named list of actions on repositories. */
export class ScopeMapWire extends ProxyResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ScopeMapPropertiesWire)
  readonly properties: ScopeMapPropertiesWire;
}

/** The same in every version that has scope maps. */
export const scopeMapWire: Wire<ScopeMap> = {
  shape: ScopeMapWire,
  parse: (body) => parseBody(ScopeMapWire, body),
  fromWire(body, base) {
    const { description, actions } = (body as ScopeMapWire).properties;
    return { ...base, description: description ?? null, actions: [...new Set(actions)] };
  },
  toWire: (record) => ({
    ...proxyResource(SCOPE_MAP_TYPE, record),
    properties: {
      ...(record.description === null ? {} : { description: record.description }),
      type: record.type,
      creationDate: record.createdAt.toISOString(),
      provisioningState: record.provisioningState,
      actions: record.actions,
    },
  }),
};
