import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { EFFECTS, type Effect } from './fault.entity.js';

/** What goes wrong, and with which registries. */
export class FaultWire {
  /** Names of registries of the caller's tenant, with `*` for any characters; case does not matter. */
  @IsString()
  @Matches(/^[a-zA-Z0-9*]{1,50}$/, { message: 'it must be the name of a registry, with * for any characters' })
  @ApiProperty({ type: String, pattern: '^[a-zA-Z0-9*]{1,50}$' })
  readonly registries: string;

  /**
   * `slow`: provisioning ends after `seconds`. `fail`: it fails. `hang`: it does not end before the fault is switched off.
   * `answer`: requests are answered with `status`.
   */
  @IsIn(EFFECTS)
  @ApiProperty({ enum: EFFECTS })
  readonly effect: Effect;

  /** For `slow`: from the beginning of the operation. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3600)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 3600 })
  readonly seconds?: number | null;

  /** For `fail` and `answer`: how often each registry is struck; always when left out. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1_000_000 })
  readonly times?: number | null;

  /** For `answer`. */
  @IsOptional()
  @IsIn([429, 500])
  @ApiProperty({ type: 'integer', enum: [429, 500] })
  readonly status?: number | null;

  /** For `answer`, in place of `times`: the share of requests that is struck, picked at random. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  @ApiProperty({ type: 'number', minimum: 0, maximum: 1 })
  readonly rate?: number | null;
}

/** A fault that is switched on. */
export class NamedFaultWire extends FaultWire {
  @ApiProperty({ description: 'The name of the fault.' })
  readonly name: string;
}

/** The faults that are switched on in the caller's tenant. */
export class FaultListWire {
  readonly value: NamedFaultWire[];
}
