import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Users and service principals that have roles together. */
@Entity('principal_groups')
export class PrincipalGroup {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'principal_groups_pkey' })
  readonly objectId: string;

  @Column('uuid')
  readonly tenantId: string;

  @Column('text')
  readonly displayName: string;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;
}
