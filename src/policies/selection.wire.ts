import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, Matches } from 'class-validator';
import { REPOSITORY_PATTERN, TAG_PATTERN } from '../content/selection.js';

const MOST_PATTERNS = 20;
const REPOSITORY_RULE = 'it must be the name of a repository, with * for any characters, such as prod/*';
const TAG_RULE = 'it must be a tag, with * for any characters, such as v*';

/** Tags of repositories. */
export class SelectionWire {
  /** Names of repositories, with `*` for any characters: `prod/*` is what lies below `prod`, at any depth. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PATTERNS)
  @Matches(REPOSITORY_PATTERN, { each: true, message: REPOSITORY_RULE })
  @ApiProperty({ type: [String], minItems: 1, maxItems: MOST_PATTERNS })
  readonly repositories: string[];

  /** Tags, with `*` for any characters; all of them when left out. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PATTERNS)
  @Matches(TAG_PATTERN, { each: true, message: TAG_RULE })
  @ApiProperty({ type: [String], required: false, minItems: 1, maxItems: MOST_PATTERNS, default: ['*'] })
  readonly tags: string[] = ['*'];
}
