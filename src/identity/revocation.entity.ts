import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which tokens of a service principal or a user are good no longer. Outlives whom it is about. */
@Entity('revocations')
export class Revocation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'revocations_pkey' })
  readonly objectId: string;

  /** Tokens of a lower generation are refused; those that name none are of generation 0. */
  @Column('integer')
  readonly generation: number;

  /** Whether tokens of all generations are: the principal was disabled or deleted. */
  @Column('boolean')
  readonly isRefused: boolean;

  @Column('timestamptz')
  readonly changedAt: Date;
}
