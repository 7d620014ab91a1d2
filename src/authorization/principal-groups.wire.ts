import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';

/** What can be said of a new group. */
export class NewPrincipalGroupWire {
  @IsString()
  @Length(1, 256)
  @ApiProperty({ minLength: 1, maxLength: 256 })
  readonly displayName: string;

  /** The tenant that it is of; the caller's when left out. */
  @IsOptional()
  @IsUUID()
  @ApiProperty({ format: 'uuid' })
  readonly tenantId?: string;
}

/** A group of users and service principals. */
export class PrincipalGroupWire {
  @ApiProperty({ format: 'uuid' })
  readonly objectId: string;

  @ApiProperty({ format: 'uuid' })
  readonly tenantId: string;

  readonly displayName: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;
}

/** Some groups, in the order of their object ids. */
export class PrincipalGroupPageWire {
  readonly value: PrincipalGroupWire[];
  readonly nextLink?: string;
}

/** Who is in a group. */
export class PrincipalGroupMemberWire {
  @ApiProperty({ format: 'uuid' })
  readonly objectId: string;

  @ApiProperty({ enum: ['User', 'ServicePrincipal'] })
  readonly type: string;

  readonly displayName: string;

  /** Of a user. */
  readonly userName?: string;

  /** Of a service principal. */
  @ApiProperty({ format: 'uuid' })
  readonly appId?: string;

  @ApiProperty({ format: 'date-time' })
  readonly addedAt: string;
}

/** Some members, in the order of their object ids. */
export class PrincipalGroupMemberPageWire {
  readonly value: PrincipalGroupMemberWire[];
  readonly nextLink?: string;
}
