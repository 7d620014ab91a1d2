import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { User } from './user.entity.js';

/** A client that waits until its user has signed in elsewhere. */
@Entity('device_codes')
@Unique('device_codes_user_code_unique', ['userCode'])
@Index('device_codes_expiry', ['expiresAt'])
export class DeviceCode {
  /** SHA-256; the code itself is 256 random bits. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'device_codes_pkey' })
  readonly codeHash: Buffer;

  /** What the user types. */
  @Column('text')
  readonly userCode: string;

  @Column('text')
  readonly clientId: string;

  @Column('text')
  readonly audience: string;

  @Column('text')
  readonly scopes: string;

  @Column('timestamptz')
  readonly expiresAt: Date;

  @Column('integer')
  readonly intervalSeconds: number;

  @Column('timestamptz', { nullable: true })
  readonly polledAt: Date | null;

  /** The user who signed in; null: nobody yet. */
  @Column('uuid', { nullable: true })
  readonly objectId: string | null;

  /** How many revocations of that user came before the password was checked. */
  @Column('integer', { default: 0 })
  readonly generation: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'object_id', foreignKeyConstraintName: 'device_codes_user_fkey' })
  readonly user: User | null;
}
