import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { systemDataOf } from '../arm/system-data.js';
import { LOCK_LEVELS, type LockLevel, type ManagementLock } from './management-lock.entity.js';

/** Who may remove a lock; kept and shown. */
export class LockOwnerWire {
  /** The id of an application. */
  @IsOptional()
  @IsString()
  readonly applicationId?: string;
}

/** What a lock does. */
export class LockPropertiesWire {
  /** Whether the scope cannot be deleted, or cannot be changed either. */
  @IsNotEmpty({ message: `a lock needs a level: ${LOCK_LEVELS.join(' or ')}` })
  @IsIn(LOCK_LEVELS, { message: `the level is ${LOCK_LEVELS.join(' or ')}` })
  @ApiProperty({ enum: LOCK_LEVELS })
  readonly level: LockLevel;

  /** Why it is there; at most 512 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  readonly notes?: string;

  /** Applications that may remove it. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => LockOwnerWire)
  readonly owners?: LockOwnerWire[];
}

/** A lock to be made or replaced. */
export class LockBody {
  @IsNotEmpty({ message: 'a lock needs properties with a level' })
  @IsObject()
  @ValidateNested()
  @Type(() => LockPropertiesWire)
  readonly properties: LockPropertiesWire;

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

  /** Read-only; may be sent back as it was read. */
  @IsOptional()
  @IsObject()
  readonly systemData?: object;
}

/** A management lock. */
export class LockWire {
  /**
   * The path of the lock.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/locks/keep"
   */
  readonly id: string;

  /** @example "keep" */
  readonly name: string;

  /** @example "Microsoft.Authorization/locks" */
  readonly type: string;

  readonly properties: LockPropertiesWire;

  /** Who made it, who changed it, and when; from 2020-05-01 on. */
  @ApiProperty({ type: Object })
  readonly systemData?: object;
}

/** One page of locks. */
export class LockPage {
  readonly value: LockWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}

export function lockToWire(lock: ManagementLock, { showsSystemData }: { readonly showsSystemData: boolean }): LockWire {
  return {
    id: `${lock.scope}/providers/Microsoft.Authorization/locks/${lock.name}`,
    name: lock.name,
    type: 'Microsoft.Authorization/locks',
    properties: {
      level: lock.level,
      ...(lock.notes === null ? {} : { notes: lock.notes }),
      ...(lock.owners.length === 0 ? {} : { owners: lock.owners.map((applicationId) => ({ applicationId })) }),
    },
    ...(showsSystemData ? { systemData: systemDataOf(lock) } : {}),
  };
}
