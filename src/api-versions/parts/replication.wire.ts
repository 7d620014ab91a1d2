import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Allow, IsBoolean, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { normalLocation } from '../../arm/location.js';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import { parseTags } from '../../arm/tags.js';
import type { Replication } from '../../replications/replication.entity.js';
import { REPLICATION_TYPE } from '../../replications/replication.type.js';
import { proxyResource } from './child.wire.js';
import { TrackedResourceWire } from './envelope.wire.js';

/** How the replica is. */
export class ReplicationStatusWire {
  /** `Ready`, `Syncing` or `Failed`; left out until the first operation has ended. */
  readonly displayStatus?: string;

  /** What the replica has, or what it waits for. */
  readonly message?: string;

  /** Since when (UTC). */
  @ApiProperty({ format: 'date-time' })
  readonly timestamp?: string;
}

/** What can be said of a replication. */
export class ReplicationPropertiesWire {
  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;

  /** How the replica is. */
  @Allow()
  @ApiProperty({ readOnly: true, type: () => ReplicationStatusWire })
  readonly status?: ReplicationStatusWire;

  /** Whether requests may be routed to the replica. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ default: true })
  readonly regionEndpointEnabled?: boolean;

  /** Whether the replica is spread over zones. */
  @IsOptional()
  @IsIn(['Enabled', 'Disabled'])
  @ApiProperty({ enum: ['Enabled', 'Disabled'], default: 'Disabled' })
  readonly zoneRedundancy?: 'Enabled' | 'Disabled';
}

/** A registry's presence in another region. */
export class ReplicationWire extends TrackedResourceWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplicationPropertiesWire)
  readonly properties?: ReplicationPropertiesWire;
}

/** The same in every version that has zone redundancy. */
export const replicationWire: Wire<Replication> = {
  shape: ReplicationWire,
  parse(body) {
    const parsed = parseBody(ReplicationWire, body);
    if ('problems' in parsed) return parsed;
    const tags = parseTags(parsed.body.tags);
    return 'problems' in tags ? tags : parsed;
  },
  fromWire(body, base) {
    const { location, tags, properties } = body as ReplicationWire;
    return {
      ...base,
      location: normalLocation(location),
      tags: { ...tags },
      regionEndpointEnabled: properties?.regionEndpointEnabled ?? true,
      zoneRedundancy: properties?.zoneRedundancy ?? 'Disabled',
    };
  },
  toWire: (record) => ({
    ...proxyResource(REPLICATION_TYPE, record),
    location: record.location,
    tags: record.tags,
    properties: {
      provisioningState: record.provisioningState,
      status: {
        ...(record.displayStatus === null ? {} : { displayStatus: record.displayStatus }),
        ...(record.statusMessage === null ? {} : { message: record.statusMessage }),
        timestamp: record.statusChangedAt.toISOString(),
      },
      regionEndpointEnabled: record.regionEndpointEnabled,
      zoneRedundancy: record.zoneRedundancy,
    },
  }),
};
