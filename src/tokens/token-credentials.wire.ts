import { ApiProperty } from '@nestjs/swagger';
import { IsEmpty, IsIn, IsOptional, IsString } from 'class-validator';
import { IsInstant } from './instant.js';
import { TOKEN_PASSWORD_NAMES, type TokenPassword, type TokenPasswordName } from './token-password.js';

/** A password of a token. */
export class TokenPasswordWire {
  /** When it was generated; only the service says so. */
  @IsOptional()
  @IsInstant()
  @ApiProperty({ type: String, format: 'date-time' })
  readonly creationTime?: string | null;

  /** When it ceases to be accepted; it never does when there is none. */
  @IsOptional()
  @IsInstant()
  @ApiProperty({ type: String, format: 'date-time' })
  readonly expiry?: string | null;

  /** Which of the two it is. */
  @IsIn(TOKEN_PASSWORD_NAMES)
  @ApiProperty({ enum: TOKEN_PASSWORD_NAMES })
  readonly name: TokenPasswordName;

  /** Told once, by the request that generated it. */
  @IsEmpty({ message: 'it cannot be chosen; generateCredentials makes passwords' })
  @ApiProperty({ readOnly: true, type: String })
  readonly value?: string | null;
}

/** For which token passwords are to be made. */
export class GenerateCredentialsParametersWire {
  /** The resource id of a token of this registry. */
  @IsString()
  readonly tokenId: string;

  /** When the passwords cease to be accepted; they never do when there is none. */
  @IsOptional()
  @IsInstant()
  @ApiProperty({ type: String, format: 'date-time' })
  readonly expiry?: string | null;

  /** Which password is to be replaced; both when there is none. */
  @IsOptional()
  @IsIn(TOKEN_PASSWORD_NAMES)
  @ApiProperty({ enum: TOKEN_PASSWORD_NAMES })
  readonly name?: TokenPasswordName | null;
}

/** With what the token logs in now. */
export class GenerateCredentialsResultWire {
  /** The name of the token. */
  readonly username: string;

  /** All passwords of the token, with the values of those that were made now. */
  readonly passwords: TokenPasswordWire[];
}

/** A password as answers show it, without its value. */
export function passwordToWire({ name, createdAt, expiresAt }: TokenPassword): TokenPasswordWire {
  return { creationTime: createdAt, ...(expiresAt === null ? {} : { expiry: expiresAt }), name };
}
