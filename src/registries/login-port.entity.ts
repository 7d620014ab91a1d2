import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from './registry.entity.js';

/** One port of the range in the settings. A free one is taken with its row locked, so creations do not wait for each other. */
@Entity('login_ports')
@Index('login_ports_free', ['port'], { where: 'registry_id IS NULL AND NOT blocked' })
@Index('login_ports_registry_unique', ['registryId'], { unique: true, where: 'region IS NULL' })
@Index('login_ports_region_unique', ['registryId', 'region'], { unique: true, where: 'region IS NOT NULL' })
export class LoginPort {
  @PrimaryColumn('int', { primaryKeyConstraintName: 'login_ports_pkey' })
  port: number;

  @Column('uuid', { nullable: true })
  registryId: string | null;

  @ManyToOne(() => Registry, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'login_ports_registry_fkey' })
  registry?: Relation<Registry>;

  /** Of whose replica it is; null for the registry's own. Says nothing of a free port. */
  @Column('text', { nullable: true })
  region: string | null;

  /** Another program of the machine listens on it. */
  @Column('boolean', { default: false })
  blocked: boolean;

  /** An edge process listens on it for its registry. */
  @Column('boolean', { default: false })
  listening: boolean;
}
