import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { ServicePrincipalWire } from './principals.wire.js';

/** What can be said of a new managed identity. */
export class NewManagedIdentityWire {
  @IsString()
  @Length(1, 256)
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly displayName: string;

  /** The tenant that it is of; the caller's when left out. */
  @IsOptional()
  @IsUUID()
  @ApiProperty({ format: 'uuid' })
  readonly tenantId?: string;

  /** Of an identity that users assign; it has the ids that registries tell for it. The system's when left out. */
  @IsOptional()
  @IsString()
  @Length(1, 1024)
  @ApiProperty({ maxLength: 1024 })
  readonly resourceId?: string;
}

/** A managed identity. It is disabled, enabled and deleted as the service principal that it is. */
export class ManagedIdentityWire extends ServicePrincipalWire {
  /** Absent: the system's. */
  readonly resourceId?: string;
}

/** A managed identity, and what a program on this machine needs to get its tokens; the header is told this once. */
export class ManagedIdentityWithHeaderWire extends ManagedIdentityWire {
  /** The value of `IDENTITY_ENDPOINT`. */
  readonly identityEndpoint: string;

  /** The value of `IDENTITY_HEADER`. */
  readonly identityHeader: string;
}

/** Some managed identities, in the order of their application ids. */
export class ManagedIdentityPageWire {
  readonly value: ManagedIdentityWire[];
  readonly nextLink?: string;
}

/** A token for a managed identity, as programs read it. */
export class ManagedIdentityTokenWire {
  readonly access_token: string;

  @ApiProperty({ enum: ['Bearer'] })
  readonly token_type: 'Bearer';

  /** What the token is for. */
  readonly resource: string;

  @ApiProperty({ format: 'uuid' })
  readonly client_id: string;

  /** Seconds. */
  readonly expires_in: string;

  /** Seconds since 1970. */
  readonly expires_on: string;

  /** Seconds since 1970. */
  readonly not_before: string;
}

/** Why there is no token. */
export class ManagedIdentityErrorWire {
  /** @example "unauthorized_client" */
  readonly error: string;

  readonly error_description: string;
}
