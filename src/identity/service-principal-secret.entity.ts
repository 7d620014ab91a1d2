import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ServicePrincipal } from './service-principal.entity.js';

/** One of the secrets of a service principal, as a salted scrypt hash. */
@Entity('service_principal_secrets')
@Index('service_principal_secrets_app', ['appId'])
export class ServicePrincipalSecret {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_principal_secrets_pkey' })
  readonly id: string;

  @Column('uuid')
  readonly appId: string;

  @ManyToOne(() => ServicePrincipal, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'app_id', foreignKeyConstraintName: 'service_principal_secrets_principal' })
  readonly principal: ServicePrincipal;

  @Column('bytea')
  readonly salt: Buffer;

  @Column('bytea')
  readonly hash: Buffer;

  /** The first characters of the secret, so that its owner can tell it from the others. */
  @Column('text')
  readonly hint: string;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;

  /** Null: does not expire. */
  @Column('timestamptz', { nullable: true })
  readonly expiresAt: Date | null;
}
