import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';
import { Replication } from './replication.entity.js';

/**
 * A further instance of a registry or a replication, in the second zone of its region. No resource: nobody names it, and it
 * goes with its owner. Until it is made, the row is the queue entry too.
 */
@Entity('zone_copies')
@Unique('zone_copies_owner_unique', ['registryId', 'replicationId'])
@Unique('zone_copies_instance_unique', ['instanceName'])
@Index('zone_copies_due', ['runAfter'], { where: 'made_at IS NULL' })
@Index('zone_copies_of_replication', ['replicationId'])
export class ZoneCopy {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'zone_copies_pkey' })
  id: string;

  @Column('uuid')
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'zone_copies_registry_fkey' })
  registry?: Relation<Registry>;

  /** Of whom it is a copy; null: of the registry's own instance. */
  @Column('uuid', { nullable: true })
  replicationId: string | null;

  @ManyToOne(() => Replication, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'replication_id', foreignKeyConstraintName: 'zone_copies_replication_fkey' })
  replication?: Relation<Replication>;

  /** Written before the instance is made, and never reused; its end says in which zone it lies. */
  @Column('text')
  instanceName: string;

  /** Since when the instance is there; null while it is not, or is not any more. */
  @Column('timestamptz', { nullable: true })
  madeAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('text', { nullable: true })
  waitingBecause: string | null;
}
