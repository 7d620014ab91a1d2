import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { TAG_CHANGES, type TagChange } from './tag-changes.js';

const CHANGES = Object.keys(TAG_CHANGES);

/** Tags. */
export class TagSetWire {
  /** Names and values of the customer's own; at most 50. */
  @IsOptional()
  @IsObject()
  readonly tags?: Record<string, string>;
}

/** The tags that a scope is to have. */
export class TagsBody {
  @IsNotEmpty({ message: 'the tags stand in properties.tags' })
  @IsObject()
  @ValidateNested()
  @Type(() => TagSetWire)
  readonly properties: TagSetWire;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly id?: string;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly name?: string;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly type?: string;
}

/** A change of the tags of a scope. */
export class TagsPatch {
  /** `Merge` adds and overwrites, `Delete` removes by name or by name and value, `Replace` leaves no others. */
  @IsNotEmpty({ message: `the operation is one of ${CHANGES.join(', ')}` })
  @IsIn(CHANGES, { message: `the operation is one of ${CHANGES.join(', ')}` })
  @ApiProperty({ enum: CHANGES })
  readonly operation: TagChange;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => TagSetWire)
  readonly properties?: TagSetWire;
}

/** The tags of a scope. */
export class TagsWire {
  /**
   * The path of the tags.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Resources/tags/default"
   */
  readonly id: string;

  /** @example "default" */
  readonly name: string;

  /** @example "Microsoft.Resources/tags" */
  readonly type: string;

  readonly properties: TagSetWire;
}
