import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, Matches, MaxLength, ValidateNested } from 'class-validator';
import { PRINCIPAL_TYPES, type PrincipalType, type RoleAssignment } from './role-assignment.entity.js';
import { roleResourceId } from './role-id.js';
import { TENANT_SCOPE } from './scope-chain.js';
import type { RoleVersion } from './role-versions.js';

const TYPE = 'Microsoft.Authorization/roleAssignments';

/** Who is to have which role. */
export class RoleAssignmentBodyProperties {
  /** The resource id of the role. */
  @IsNotEmpty({ message: 'an assignment needs the resource id of a role' })
  @IsString()
  @MaxLength(512)
  readonly roleDefinitionId: string;

  /** The object id of the user or service principal. */
  @IsNotEmpty({ message: 'an assignment needs the object id of a principal' })
  @IsString()
  @Matches(/^[\x21-\x7e]{1,256}$/, { message: 'an object id has 1 to 256 characters and no blanks' })
  readonly principalId: string;

  /** What kind of principal it is; needed for those of other issuers, which nobody here can look up. */
  @IsOptional()
  @IsIn(PRINCIPAL_TYPES, { message: `the type is one of ${PRINCIPAL_TYPES.join(', ')}` })
  @ApiProperty({ enum: PRINCIPAL_TYPES })
  readonly principalType?: PrincipalType;

  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  readonly description?: string | null;

  /** Limits what the role gives in repositories. */
  @IsOptional()
  @IsString()
  readonly condition?: string | null;

  /** `2.0`, together with a condition. */
  @IsOptional()
  @IsString()
  readonly conditionVersion?: string | null;

  /** Kept by nobody; there are no other tenants to act for. */
  @IsOptional()
  @IsString()
  readonly delegatedManagedIdentityResourceId?: string | null;

  /** Ignored: the URL says it. */
  @IsOptional()
  @IsString()
  readonly scope?: string;

  /** Ignored: written by the service. */
  @IsOptional()
  @IsString()
  readonly createdOn?: string | null;

  /** Ignored: written by the service. */
  @IsOptional()
  @IsString()
  readonly updatedOn?: string | null;

  /** Ignored: written by the service. */
  @IsOptional()
  @IsString()
  readonly createdBy?: string | null;

  /** Ignored: written by the service. */
  @IsOptional()
  @IsString()
  readonly updatedBy?: string | null;
}

/** A role assignment to be made, or to be described anew. */
export class RoleAssignmentBody {
  @IsNotEmpty({ message: 'an assignment needs properties with a role and a principal' })
  @IsObject()
  @ValidateNested()
  @Type(() => RoleAssignmentBodyProperties)
  readonly properties: RoleAssignmentBodyProperties;

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

/** Who has which role, and where. */
export class RoleAssignmentPropertiesWire {
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly principalType?: string;
  /** The id of the scope; `/` is the whole tenant. */
  readonly scope: string;
  @ApiProperty({ type: String, nullable: true })
  readonly description?: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly condition?: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly conditionVersion?: string | null;
  @ApiProperty({ format: 'date-time' })
  readonly createdOn: string;
  @ApiProperty({ format: 'date-time' })
  readonly updatedOn: string;
  /** The object id of who made it. */
  readonly createdBy: string;
  readonly updatedBy: string;
  @ApiProperty({ type: String, nullable: true })
  readonly delegatedManagedIdentityResourceId?: string | null;
}

/** A role assignment. */
export class RoleAssignmentWire {
  readonly id: string;
  /** A GUID. */
  readonly name: string;
  /** @example "Microsoft.Authorization/roleAssignments" */
  readonly type: string;
  readonly properties: RoleAssignmentPropertiesWire;
}

/** One page of role assignments. */
export class RoleAssignmentPage {
  readonly value: RoleAssignmentWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}

export function assignmentToWire(assignment: RoleAssignment, version: RoleVersion): RoleAssignmentWire {
  const { scope, name, roleId, subscriptionId, principalId, principalType } = assignment;
  const { createdAt, updatedAt, createdBy, updatedBy, description, condition, conditionVersion } = assignment;
  return {
    id: `${scope === TENANT_SCOPE ? '' : scope}/providers/${TYPE}/${name}`,
    name,
    type: TYPE,
    properties: {
      roleDefinitionId: roleResourceId(roleId, subscriptionId),
      principalId,
      ...(version.hasDataActions ? { principalType } : {}),
      scope,
      ...(version.hasConditions
        ? { description, condition, conditionVersion, delegatedManagedIdentityResourceId: null }
        : {}),
      createdOn: createdAt.toISOString(),
      updatedOn: updatedAt.toISOString(),
      createdBy,
      updatedBy,
    },
  };
}
