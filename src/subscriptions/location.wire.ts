import { ApiProperty } from '@nestjs/swagger';

/** What more is known of a location. */
export class LocationMetadataWire {
  @ApiProperty({ enum: ['Physical', 'Logical'] })
  readonly regionType: string;

  @ApiProperty({ enum: ['Recommended', 'Extended', 'Other'] })
  readonly regionCategory: string;

  /** @example "Europe" */
  readonly geographyGroup: string;
}

/** A place where resources can be made. */
export class LocationWire {
  /** @example "/subscriptions/00000000-0000-0000-0000-000000000000/locations/westeurope" */
  readonly id: string;

  /**
   * What requests call it.
   * @example "westeurope"
   */
  readonly name: string;

  /** @example "Region" */
  readonly type: string;

  /**
   * What people call it.
   * @example "West Europe"
   */
  readonly displayName: string;

  /** @example "(Europe) West Europe" */
  readonly regionalDisplayName: string;

  readonly metadata: LocationMetadataWire;
}

/** The locations of this service. */
export class LocationList {
  readonly value: LocationWire[];
}
