import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { KeyAlgorithm, KeyUse } from './signing-key.js';

/** A key that signs tokens. The index lets each use have one key that is not retired. */
@Entity('signing_keys')
@Check('signing_keys_use_known', `use in ('arm', 'registry')`)
@Check('signing_keys_algorithm_known', `algorithm in ('RS256', 'ES256')`)
@Index('signing_keys_one_current_per_use', ['use'], { unique: true, where: 'retired_at is null' })
export class SigningKeyRecord {
  /** The RFC 7638 thumbprint of the public key. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' })
  readonly kid: string;

  @Column('text')
  readonly use: KeyUse;

  @Column('text')
  readonly algorithm: KeyAlgorithm;

  /** PKCS #8 in PEM, sealed by `SecretBox`. */
  @Column('bytea')
  readonly privateKey: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  readonly createdAt: Date;

  @Column('timestamptz', { nullable: true })
  readonly retiredAt: Date | null;
}
