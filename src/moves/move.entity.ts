import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Caller } from '../arm/caller.js';

/** What was asked for, while an operation on it has not ended; the operation's `recordId` is the id. */
@Entity('moves')
export class Move {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'moves_pkey' })
  id: string;

  /** Id of the resource group that the resources leave. */
  @Column('text')
  source: string;

  /** Id of the resource group that takes them in. */
  @Column('text')
  target: string;

  /** Ids of the resources, as the caller wrote them. */
  @Column('jsonb')
  resources: readonly string[];

  /** Whose move it is. */
  @Column('jsonb')
  caller: Caller;

  /** Everything is checked and nothing moves. */
  @Column('boolean')
  isRehearsal: boolean;
}
