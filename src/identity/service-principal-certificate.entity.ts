import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ServicePrincipal } from './service-principal.entity.js';

/** A certificate whose private key signs for a service principal. */
@Entity('service_principal_certificates')
@Index('service_principal_certificates_app', ['appId'])
export class ServicePrincipalCertificate {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_principal_certificates_pkey' })
  readonly id: string;

  @Column('uuid')
  readonly appId: string;

  @ManyToOne(() => ServicePrincipal, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'app_id', foreignKeyConstraintName: 'service_principal_certificates_principal' })
  readonly principal: ServicePrincipal;

  /** In DER. */
  @Column('bytea')
  readonly certificate: Buffer;

  /** SHA-1 in upper-case hexadecimal digits, as portals and tools print it. */
  @Column('text')
  readonly thumbprint: string;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;

  @Column('timestamptz')
  readonly expiresAt: Date;
}
