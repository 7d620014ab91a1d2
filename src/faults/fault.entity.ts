import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

export const EFFECTS = ['slow', 'fail', 'hang', 'answer'] as const;
export type Effect = (typeof EFFECTS)[number];

/** A fault that somebody of a tenant has switched on, for registries of that tenant alone. */
@Entity('faults')
@Check('faults_effect_known', `effect in ('slow', 'fail', 'hang', 'answer')`)
@Check('faults_slow_has_seconds', `(effect = 'slow') = (seconds is not null)`)
@Check('faults_answer_has_status', `(effect = 'answer') = (status is not null)`)
export class Fault {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'faults_pkey' })
  tenantId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'faults_pkey' })
  name: string;

  /** Names of registries in lower case, with `*` for any characters. */
  @Column('text')
  registries: string;

  @Column('text')
  effect: Effect;

  @Column('int', { nullable: true })
  seconds: number | null;

  /** How often it strikes at each registry; null for always. */
  @Column('int', { nullable: true })
  times: number | null;

  @Column('int', { nullable: true })
  status: number | null;

  /** How many of a hundred requests it strikes at, as a share of 1; null for all. */
  @Column('double precision', { nullable: true })
  rate: number | null;
}
