import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

export const PRINCIPAL_TYPES = ['User', 'Group', 'ServicePrincipal', 'ForeignGroup', 'Device'] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** Who has which role at a scope, and so in all below it. */
@Entity('role_assignments')
@Unique('role_assignments_name_unique', ['tenantId', 'name'])
@Unique('role_assignments_once', ['tenantId', 'principalId', 'isLocal', 'scopeKey', 'roleId'])
@Index('role_assignments_by_scope', ['subscriptionId', 'scopeKey'])
@Index('role_assignments_by_group', ['groupId'])
@Index('role_assignments_by_role', ['roleId'])
@Check('role_assignments_scope_key_lower', 'scope_key = lower(scope_key)')
@Check('role_assignments_condition_version', '(condition is null) = (condition_version is null)')
export class RoleAssignment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'role_assignments_pkey' })
  id: string;

  @Column('uuid')
  tenantId: string;

  /** What the scope lies in, and goes with; null for a role in the whole tenant. */
  @Column('uuid', { nullable: true })
  @ForeignKey('Subscription', { name: 'role_assignments_subscription_fkey', onDelete: 'CASCADE' })
  subscriptionId: string | null;

  /** The group that it goes with; null where the scope is not in one. */
  @Column('uuid', { nullable: true })
  @ForeignKey('ResourceGroup', { name: 'role_assignments_group_fkey', onDelete: 'CASCADE' })
  groupId: string | null;

  /** The complete id of the scope in lower case; `/` is the whole tenant. */
  @Column('text')
  scopeKey: string;

  /** The id of the scope, as it was written. */
  @Column('text')
  scope: string;

  /** The GUID at the end of its resource id. */
  @Column('uuid')
  name: string;

  /** A built-in role, or one of `role_definitions`. */
  @Column('uuid')
  roleId: string;

  /** The object id of who has the role. */
  @Column('text')
  principalId: string;

  @Column('text')
  principalType: PrincipalType;

  /** Whether the local issuer knows the principal; one of another issuer can never be taken for it, nor the reverse. */
  @Column('boolean')
  isLocal: boolean;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('text', { nullable: true })
  condition: string | null;

  @Column('text', { nullable: true })
  conditionVersion: string | null;

  /** The object id of who made it. */
  @Column('text')
  createdBy: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('text')
  updatedBy: string;

  @Column('timestamptz')
  updatedAt: Date;
}
