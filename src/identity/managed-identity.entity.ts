import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, Unique } from 'typeorm';
import { ServicePrincipal } from './service-principal.entity.js';

/** A service principal for what runs beside the service, which gets its tokens without a secret of the principal. */
@Entity('managed_identities')
@Unique('managed_identities_header_unique', ['headerHash'])
export class ManagedIdentity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'managed_identities_pkey' })
  readonly appId: string;

  @OneToOne(() => ServicePrincipal, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'app_id', foreignKeyConstraintName: 'managed_identities_principal' })
  readonly principal: ServicePrincipal;

  /** Of one that is assigned by users; null: the system's. */
  @Column('text', { nullable: true })
  readonly resourceId: string | null;

  /** SHA-256 of the value with which programs ask for its tokens. */
  @Column('bytea')
  readonly headerHash: Buffer;
}
