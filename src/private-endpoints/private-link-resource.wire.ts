import { ApiProperty } from '@nestjs/swagger';

/** What a private endpoint has to know to reach it. */
export class PrivateLinkResourcePropertiesWire {
  /** What a private endpoint names as its group. */
  @ApiProperty({ readOnly: true })
  readonly groupId?: string;

  /** One address is needed for each: the registry, and the data of each region. */
  @ApiProperty({ readOnly: true, type: [String] })
  readonly requiredMembers?: string[];

  /** The DNS zone in which the addresses are to be found. */
  @ApiProperty({ readOnly: true, type: [String] })
  readonly requiredZoneNames?: string[];
}

/** What of a registry can be reached by a private endpoint. */
export class PrivateLinkResourceWire {
  /** Fully qualified id of the resource. */
  @ApiProperty({ readOnly: true })
  readonly id?: string;

  /** The name of the resource. */
  @ApiProperty({ readOnly: true })
  readonly name?: string;

  /** The type of the resource. */
  @ApiProperty({ readOnly: true })
  readonly type?: string;

  /** Never told: nobody creates or changes it. */
  @ApiProperty({ readOnly: true, allOf: [{ $ref: '#/components/schemas/SystemData' }] })
  readonly systemData?: object;

  readonly properties?: PrivateLinkResourcePropertiesWire;
}

/** The private link resources of a registry. */
export class PrivateLinkResourceListResultWire {
  readonly value: PrivateLinkResourceWire[];

  /** There is never a next page. */
  readonly nextLink?: string;
}
