import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Permission } from './role.js';

/** A role that a customer made. */
@Entity('role_definitions')
@Unique('role_definitions_name_unique', ['tenantId', 'nameKey'])
@Check('role_definitions_name_key_lower', 'name_key = lower(name_key)')
export class RoleDefinition {
  /** The GUID at the end of its resource id; nobody else may have it, in whatever tenant. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'role_definitions_pkey' })
  id: string;

  @Column('uuid')
  tenantId: string;

  @Column('text')
  name: string;

  /** The name in lower case. */
  @Column('text')
  nameKey: string;

  @Column('text')
  description: string;

  @Column('jsonb')
  permissions: readonly Permission[];

  /** Where it can be assigned, and below. */
  @Column('jsonb')
  assignableScopes: readonly string[];

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
