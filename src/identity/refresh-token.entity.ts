import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** With which a client gets another token without asking its user again. Each is good for one use. */
@Entity('refresh_tokens')
@Index('refresh_tokens_family', ['family'])
@Index('refresh_tokens_user', ['objectId'])
@Index('refresh_tokens_expiry', ['expiresAt'])
export class RefreshToken {
  /** SHA-256; the token itself is 256 random bits. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'refresh_tokens_pkey' })
  readonly tokenHash: Buffer;

  /** Of all that follow from one sign-in. */
  @Column('uuid')
  readonly family: string;

  @Column('uuid')
  readonly objectId: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'object_id', foreignKeyConstraintName: 'refresh_tokens_user_fkey' })
  readonly user: User;

  @Column('text')
  readonly clientId: string;

  @Column('text')
  readonly audience: string;

  @Column('text')
  readonly scopes: string;

  /** That of the user's tokens when it was issued. */
  @Column('integer')
  readonly generation: number;

  @Column('timestamptz')
  readonly expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  readonly usedAt: Date | null;
}
