import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsISO8601, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { USER_NAME } from './user-name.js';

/** What can be said of a new service principal. */
export class NewServicePrincipalWire {
  @IsString()
  @Length(1, 256)
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly displayName: string;

  /** The tenant that it is of; the caller's when left out. */
  @IsOptional()
  @IsUUID()
  @ApiProperty({ format: 'uuid' })
  readonly tenantId?: string;

  /** Whether it may do what operators may. */
  @IsOptional()
  @IsBoolean()
  readonly isOperator?: boolean;

  /** When its first secret expires; never when left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly secretExpiresAt?: string;
}

/** A service principal. */
export class ServicePrincipalWire {
  @ApiProperty({ format: 'uuid' })
  readonly appId: string;

  @ApiProperty({ format: 'uuid' })
  readonly objectId: string;

  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;

  readonly displayName: string;

  /** Whether it may sign in; tokens of one that may not are refused at once. */
  readonly isEnabled: boolean;

  readonly isOperator: boolean;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;
}

/** A service principal and its first secret, which is told this once. */
export class CreatedServicePrincipalWire extends ServicePrincipalWire {
  readonly secret: string;
}

/** What can be changed of a service principal or a user; what is left out stays. */
export class PrincipalChangeWire {
  @IsOptional()
  @IsString()
  @Length(1, 256)
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly displayName?: string;

  @IsOptional()
  @IsBoolean()
  readonly isEnabled?: boolean;
}

/** Some service principals, in the order of their application ids. */
export class ServicePrincipalPageWire {
  readonly value: ServicePrincipalWire[];
  readonly nextLink?: string;
}

/** A new secret, or a certificate to register. */
export class NewCredentialWire {
  /** A certificate in PEM, whose private key stays where it is. A secret is made up when it is left out. */
  @IsOptional()
  @IsString()
  @Length(1, 16_384)
  @ApiProperty({ maxLength: 16_384 })
  readonly certificate?: string;

  /** When the secret expires; never when left out. A certificate expires when it says. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly expiresAt?: string;
}

/** A secret or a certificate. */
export class CredentialWire {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ enum: ['secret', 'certificate'] })
  readonly type: string;

  /** The first characters of a secret. */
  readonly hint?: string;

  /** SHA-1 of a certificate. */
  readonly thumbprint?: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  /** Null: it does not expire. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly expiresAt: string | null;
}

/** A credential; a secret is told this once. */
export class CreatedCredentialWire extends CredentialWire {
  readonly secret?: string;
}

/** The credentials of a service principal. */
export class CredentialListWire {
  readonly value: CredentialWire[];
}

/** What can be said of a new user. */
export class NewUserWire {
  /** What the user signs in with; case does not matter. */
  @IsString()
  @Matches(USER_NAME, { message: 'it must be 1 to 256 characters without blanks' })
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly userName: string;

  /** The user name when left out. */
  @IsOptional()
  @IsString()
  @Length(1, 256)
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly displayName?: string;

  /** The tenant that the user is of; the caller's when left out. */
  @IsOptional()
  @IsUUID()
  @ApiProperty({ format: 'uuid' })
  readonly tenantId?: string;

  /** When the password expires; never when left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly passwordExpiresAt?: string;
}

/** When a new password expires. */
export class PasswordResetWire {
  /** Never when left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  readonly passwordExpiresAt?: string;
}

/** A user. */
export class UserWire {
  @ApiProperty({ format: 'uuid' })
  readonly objectId: string;

  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;

  readonly userName: string;
  readonly displayName: string;

  /** Whether the user may sign in; tokens of one that may not are refused at once. */
  readonly isEnabled: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly passwordExpiresAt: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;
}

/** A user and the password, which is told this once. */
export class UserWithPasswordWire extends UserWire {
  readonly password: string;
}

/** Some users, in the order of their names. */
export class UserPageWire {
  readonly value: UserWire[];
  readonly nextLink?: string;
}
