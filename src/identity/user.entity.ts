import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A person who may sign in with a name and a password, of which only a salted scrypt hash is kept. */
@Entity('users')
@Unique('users_name_unique', ['userName'])
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  readonly objectId: string;

  @Column('uuid')
  readonly tenantId: string;

  /** In lower case; unique over all tenants, since clients send it without one. */
  @Column('text')
  readonly userName: string;

  @Column('text')
  readonly displayName: string;

  @Column('boolean', { default: true })
  readonly isEnabled: boolean;

  @Column('bytea')
  readonly salt: Buffer;

  @Column('bytea')
  readonly hash: Buffer;

  /** Null: the password does not expire. */
  @Column('timestamptz', { nullable: true })
  readonly passwordExpiresAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;
}
