import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { TrustCollection } from './trust-collection.entity.js';
import type { ServerRole } from './tuf-role.js';

/** A key with which the service signs for a collection, once its root names it. */
@Entity('trust_keys')
@Check('trust_keys_role_known', `role IN ('snapshot', 'timestamp')`)
export class TrustKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'trust_keys_pkey' })
  registryId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trust_keys_pkey', collation: 'C' })
  repository: string;

  @ManyToOne(() => TrustCollection, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'registry_id', referencedColumnName: 'registryId', foreignKeyConstraintName: 'trust_keys_collection_fkey' },
    { name: 'repository', referencedColumnName: 'repository', foreignKeyConstraintName: 'trust_keys_collection_fkey' },
  ])
  collection?: Relation<TrustCollection>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trust_keys_pkey', collation: 'C' })
  id: string;

  @Column('text')
  role: ServerRole;

  /** Base64 of the DER of an ecdsa key. */
  @Column('text')
  publicKey: string;

  /** The private one. */
  @Column('bytea')
  sealed: Buffer;

  @Column('timestamptz')
  createdAt: Date;
}
