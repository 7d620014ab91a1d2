import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, ValidateNested } from 'class-validator';
import { SelectionWire } from './selection.wire.js';

const MOST_RULES = 20;

/** Which tags are neither moved nor deleted once they are there. */
export class TagImmutabilityPropertiesWire {
  /** A tag stays as it is when any of them means it. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_RULES)
  @ValidateNested({ each: true })
  @Type(() => SelectionWire)
  @ApiProperty({ type: [SelectionWire], minItems: 1, maxItems: MOST_RULES })
  readonly rules: SelectionWire[];
}

/** The policy, as it is set. */
export class TagImmutabilityWire {
  @IsObject()
  @ValidateNested()
  @Type(() => TagImmutabilityPropertiesWire)
  readonly properties: TagImmutabilityPropertiesWire;
}

/** The policy, as it is shown. */
export class TagImmutabilityPolicyWire extends TagImmutabilityWire {
  readonly id: string;

  @ApiProperty({ description: 'Always `default`: a registry has one.' })
  readonly name: string;

  readonly type: string;
}
