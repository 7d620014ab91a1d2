import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { SelectionWire } from './selection.wire.js';

const MOST_RULES = 20;
const MOST_DAYS = 3_650;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;

/** Tags that go by themselves when all is true that is said of them; at least one thing has to be. */
export class LifecycleRuleWire extends SelectionWire {
  /** By which it is told what would go, and why. */
  @Matches(NAME, { message: "it must have 1 to 64 letters, digits, '.', '_' and '-'" })
  readonly name: string;

  /** So many of them stay in each repository: those that were pushed last. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: 100_000 })
  readonly keepLast?: number;

  /** They were pushed longer ago than that. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MOST_DAYS)
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: MOST_DAYS })
  readonly olderThanDays?: number;

  /** Nobody has pulled them for so long, nor pushed them; counted from the first policy of the registry at the earliest. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_DAYS)
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: MOST_DAYS })
  readonly notPulledForDays?: number;
}

/** What of the content goes by itself. */
export class LifecyclePropertiesWire {
  /** While it is disabled, nothing goes, and it can be evaluated. */
  @IsIn(['enabled', 'disabled'])
  @ApiProperty({ enum: ['enabled', 'disabled'] })
  readonly status: 'enabled' | 'disabled';

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_RULES)
  @ValidateNested({ each: true })
  @Type(() => LifecycleRuleWire)
  @ApiProperty({ type: [LifecycleRuleWire], minItems: 1, maxItems: MOST_RULES })
  readonly rules: LifecycleRuleWire[];
}

/** The policy, as it is set. */
export class LifecycleWire {
  @IsObject()
  @ValidateNested()
  @Type(() => LifecyclePropertiesWire)
  readonly properties: LifecyclePropertiesWire;
}

/** What came of it the last time. */
export class LifecycleRunWire {
  readonly endedAt: string;

  @ApiProperty({ type: 'integer' })
  readonly tagsRemoved: number;

  @ApiProperty({ type: 'integer' })
  readonly manifestsRemoved: number;
}

/** The policy, and what came of it. */
export class LifecyclePolicyPropertiesWire extends LifecyclePropertiesWire {
  /** Absent before the first time. */
  @ApiProperty({ type: LifecycleRunWire, required: false })
  readonly lastRun?: LifecycleRunWire;
}

/** The policy, as it is shown. */
export class LifecyclePolicyWire {
  readonly id: string;

  @ApiProperty({ description: 'Always `default`: a registry has one.' })
  readonly name: string;

  readonly type: string;
  readonly properties: LifecyclePolicyPropertiesWire;
}

/** A tag that would go. */
export class DoomedTagWire {
  /** The name of the rule. */
  readonly rule: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** What would go now. */
export class EvaluationWire {
  /** Each tag once, at most 1,000 for each rule. */
  readonly value: DoomedTagWire[];
}
