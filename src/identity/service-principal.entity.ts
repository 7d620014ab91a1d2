import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** An application that may ask for tokens with a secret. */
@Entity('service_principals')
@Unique('service_principals_object_id_unique', ['objectId'])
@Index('service_principals_tenant', ['tenantId'])
export class ServicePrincipal {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_principals_pkey' })
  readonly appId: string;

  @Column('uuid')
  readonly objectId: string;

  @Column('uuid')
  readonly tenantId: string;

  @Column('text')
  readonly displayName: string;

  /** Whether it may add, suspend and delete subscriptions of all tenants. */
  @Column('boolean', { default: false })
  readonly isOperator: boolean;

  @Column('boolean', { default: true })
  readonly isEnabled: boolean;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;
}
