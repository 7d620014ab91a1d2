import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

export const RATE_KINDS = ['reads', 'writes', 'logins', 'refusedLogins'] as const;
export type RateKind = (typeof RATE_KINDS)[number];

/**
 * What has been taken from one bucket and has not come back yet. It is what is missing, and not what is there, so that
 * another limit holds at once. A bucket that nobody took from for a while is full and needs no row.
 */
@Entity('rate_buckets')
@Check('rate_buckets_kind_known', `kind IN ('reads', 'writes', 'logins', 'refusedLogins')`)
export class RateBucket {
  /** Of a registry, which may be gone by now. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rate_buckets_pkey' })
  registryId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'rate_buckets_pkey' })
  kind: RateKind;

  /** Of whom; empty for the registry as a whole. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'rate_buckets_pkey' })
  identity: string;

  /** At the time of `countedAt`. */
  @Column('double precision')
  used: number;

  /** To whoever asked last. */
  @Column('double precision')
  granted: number;

  @Column('timestamptz')
  countedAt: Date;
}
