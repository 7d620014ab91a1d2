import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString } from 'class-validator';
import { PASSWORD_NAMES } from '../credentials/admin-password.entity.js';
import type { PasswordName } from '../credentials/admin-password.entity.js';

/** A name to be checked. */
export class NameCheckWire {
  /** The registry's name. */
  @IsString()
  readonly name: string;

  /** The resource type; always `Microsoft.ContainerRegistry/registries`. */
  @IsIn(['Microsoft.ContainerRegistry/registries'])
  @ApiProperty({ enum: ['Microsoft.ContainerRegistry/registries'] })
  readonly type: string;
}

/** Whether a name can be used. */
export class NameStatusWire {
  readonly nameAvailable: boolean;

  /** `Invalid` or `AlreadyExists` when it cannot. */
  readonly reason?: string;

  readonly message?: string;
}

/** One password of the admin user. */
export class PasswordWire {
  @ApiProperty({ enum: PASSWORD_NAMES })
  readonly name: PasswordName;

  readonly value: string;
}

/** The admin user's name and passwords. */
export class CredentialsWire {
  readonly username: string;
  readonly passwords: PasswordWire[];
}

/** Which password is to be replaced. */
export class RegenerateWire {
  @IsIn(PASSWORD_NAMES)
  @ApiProperty({ enum: PASSWORD_NAMES })
  readonly name: PasswordName;
}

/** How much of one thing the registry uses. */
export class UsageWire {
  readonly name: string;

  /** The most that the SKU allows or includes; -1 means no limit. */
  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly limit: number;

  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly currentValue: number;

  @ApiProperty({ enum: ['Count', 'Bytes'] })
  readonly unit: 'Count' | 'Bytes';
}

/** How much of everything the registry uses. */
export class UsageListWire {
  readonly value: UsageWire[];
}
