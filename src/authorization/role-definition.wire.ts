import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import type { Permission, Role } from './role.js';
import { roleResourceId } from './role-id.js';
import type { RoleVersion } from './role-versions.js';

const TYPE = 'Microsoft.Authorization/roleDefinitions';
const ACTION = /^[\w.*/-]{1,256}$/;
const ACTION_RULE = { each: true, message: 'an action has letters, digits and any of . * / - only' };
const MOST_ACTIONS = 2_000;

/** What a role gives. */
export class PermissionWire {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ACTIONS)
  @Matches(ACTION, ACTION_RULE)
  @ApiProperty({ type: [String] })
  readonly actions?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ACTIONS)
  @Matches(ACTION, ACTION_RULE)
  @ApiProperty({ type: [String] })
  readonly notActions?: string[];

  /** What may be done with what a resource holds. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ACTIONS)
  @Matches(ACTION, ACTION_RULE)
  @ApiProperty({ type: [String] })
  readonly dataActions?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ACTIONS)
  @Matches(ACTION, ACTION_RULE)
  @ApiProperty({ type: [String] })
  readonly notDataActions?: string[];
}

/** What can be said of a role. */
export class RoleDefinitionBodyProperties {
  @IsNotEmpty({ message: 'a role needs a name' })
  @IsString()
  @Length(1, 512)
  readonly roleName: string;

  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  readonly description?: string;

  /** Always a custom role. */
  @IsOptional()
  @IsIn(['CustomRole'], { message: 'only custom roles can be made and changed' })
  readonly type?: string;

  @IsNotEmpty({ message: 'a role needs permissions' })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => PermissionWire)
  readonly permissions: PermissionWire[];

  /** Ids of subscriptions and groups where it can be assigned, and below. */
  @IsNotEmpty({ message: 'a role needs scopes where it can be assigned' })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(2_000)
  @IsString({ each: true })
  readonly assignableScopes: string[];

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

/** A custom role to be made or replaced. */
export class RoleDefinitionBody {
  @IsNotEmpty({ message: 'a role needs properties' })
  @IsObject()
  @ValidateNested()
  @Type(() => RoleDefinitionBodyProperties)
  readonly properties: RoleDefinitionBodyProperties;

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

/** What a role is. */
export class RoleDefinitionPropertiesWire {
  readonly roleName: string;
  @ApiProperty({ enum: ['BuiltInRole', 'CustomRole'] })
  readonly type: string;
  readonly description: string;
  @ApiProperty({ type: [String] })
  readonly assignableScopes: readonly string[];
  @ApiProperty({ type: [PermissionWire] })
  readonly permissions: readonly Partial<Permission>[];
  /** Of a custom role. */
  @ApiProperty({ format: 'date-time' })
  readonly createdOn?: string;
  /** Of a custom role. */
  @ApiProperty({ format: 'date-time' })
  readonly updatedOn?: string;
  /** Of a custom role: the object id of who made it. */
  readonly createdBy?: string;
  /** Of a custom role. */
  readonly updatedBy?: string;
}

/** A role. */
export class RoleDefinitionWire {
  readonly id: string;
  /** A GUID. */
  readonly name: string;
  /** @example "Microsoft.Authorization/roleDefinitions" */
  readonly type: string;
  readonly properties: RoleDefinitionPropertiesWire;
}

/** One page of roles. */
export class RoleDefinitionPage {
  readonly value: RoleDefinitionWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}

/** A role as it is shown; of those that a customer made also where they can be assigned, and who made them. */
export interface ShownRole extends Role {
  readonly custom?: {
    readonly assignableScopes: readonly string[];
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly createdBy: string;
    readonly updatedBy: string;
  };
}

export function roleToWire(
  { id, name, description, permissions, custom }: ShownRole,
  { hasDataActions }: RoleVersion,
  subscriptionId?: string,
): RoleDefinitionWire {
  return {
    id: roleResourceId(id, subscriptionId),
    name: id,
    type: TYPE,
    properties: {
      roleName: name,
      type: custom ? 'CustomRole' : 'BuiltInRole',
      description,
      assignableScopes: custom?.assignableScopes ?? ['/'],
      permissions: hasDataActions
        ? permissions
        : permissions.map(({ actions, notActions }) => ({ actions, notActions })),
      ...(custom
        ? {
            createdOn: custom.createdAt.toISOString(),
            updatedOn: custom.updatedAt.toISOString(),
            createdBy: custom.createdBy,
            updatedBy: custom.updatedBy,
          }
        : {}),
    },
  };
}
