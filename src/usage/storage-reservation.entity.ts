import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** Room set aside for something that is on its way into a registry. */
@Entity('storage_reservations')
@Check('storage_reservations_bytes_known', 'bytes >= 0')
export class StorageReservation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'storage_reservations_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'storage_reservations_registry_fkey' })
  registry?: Relation<Registry>;

  /** The upload session or the request that brings it. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'storage_reservations_pkey' })
  holder: string;

  /** Empty while nobody knows it. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'storage_reservations_pkey' })
  digest: string;

  @Column('bigint')
  bytes: string;

  /** From when on it counts no more; what is known of an upload then stays for a while, in case that goes on. */
  @Index('storage_reservations_by_end')
  @Column('timestamptz')
  expiresAt: Date;
}
