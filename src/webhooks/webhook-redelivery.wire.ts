import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsISO8601, IsOptional, IsUUID } from 'class-validator';

/** Which events are to be sent again: one, or those of a time. */
export class RedeliverWire {
  /** Of one event, as `listEvents` tells it. Alone. */
  @IsOptional()
  @IsUUID()
  @ApiProperty({ format: 'uuid' })
  readonly id?: string;

  /** Events from then on. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly from?: string;

  /** Events before then; up to now when it is left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly to?: string;

  /** Of those of a time, those alone that did not arrive. */
  @IsOptional()
  @IsBoolean()
  readonly failedOnly?: boolean;
}

/** What is sent again. */
export class RedeliveredWire {
  /** How many events. */
  @ApiProperty({ type: 'integer' })
  readonly events: number;
}
