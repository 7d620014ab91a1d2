import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Fault } from './fault.entity.js';

/** How often a fault that strikes a few times has struck at one registry. */
@Entity('fault_hits')
@ForeignKey(() => Fault, ['tenantId', 'fault'], ['tenantId', 'name'], {
  name: 'fault_hits_fault_fkey',
  onDelete: 'CASCADE',
})
export class FaultHit {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'fault_hits_pkey' })
  tenantId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'fault_hits_pkey' })
  fault: string;

  /** Lower-case name of the registry. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'fault_hits_pkey' })
  registryKey: string;

  @Column('int')
  hits: number;

  /** Walked again after a crash, it is not counted again. */
  @Column('uuid', { nullable: true })
  lastOperation: string | null;
}
