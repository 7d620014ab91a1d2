import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An organisation; tokens and subscriptions are of exactly one. */
@Entity('tenants')
export class Tenant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tenants_pkey' })
  id: string;

  @Column('text')
  displayName: string;
}
