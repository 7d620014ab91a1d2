import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

export const PASSWORD_NAMES = ['password', 'password2'] as const;
export type PasswordName = (typeof PASSWORD_NAMES)[number];

/** One of the two passwords of a registry's admin user. Kept encrypted, since the API gives it back. */
@Entity('admin_passwords')
@Check('admin_passwords_name_known', `name IN ('password', 'password2')`)
export class AdminPassword {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'admin_passwords_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'admin_passwords_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'admin_passwords_pkey' })
  name: PasswordName;

  @Column('bytea')
  sealed: Buffer;

  /** Counts regenerations; a registry token that was issued for an earlier one is refused. */
  @Column('int', { default: 1 })
  version: number;
}
