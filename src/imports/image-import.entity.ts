import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** Under which name an image is put. */
export interface ImportTarget {
  readonly repository: string;
  /** Null: by its digest alone. */
  readonly tag: string | null;
}

/** What was asked for, while the operation on it has not ended; the operation's `recordId` is the id. */
@Entity('image_imports')
@Check('image_imports_one_source', `(source_registry_id IS NULL) <> (source_host IS NULL)`)
@Index('image_imports_by_registry', ['registryId'])
export class ImageImport {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'image_imports_pkey' })
  id: string;

  /** That takes the image in. */
  @Column('uuid')
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'image_imports_registry' })
  registry?: Relation<Registry>;

  /** Of a registry of this service. */
  @Column('uuid', { nullable: true })
  sourceRegistryId: string | null;

  /** Of a registry elsewhere. */
  @Column('text', { nullable: true })
  sourceHost: string | null;

  @Column('text')
  sourceRepository: string;

  /** Tag or digest. */
  @Column('text')
  sourceReference: string;

  /** Null also where there is a password: then that is a token. */
  @Column('text', { nullable: true })
  username: string | null;

  @Column('bytea', { nullable: true })
  sealedPassword: Buffer | null;

  @Column('jsonb')
  targets: readonly ImportTarget[];

  /** Whether tags that are there already may be moved. */
  @Column('boolean')
  isForced: boolean;

  /** Who asked for it, as events tell. */
  @Column('text')
  actor: string;

  /** That the tag named when it was looked up; a worker that goes on copies the same. */
  @Column('text', { nullable: true })
  digest: string | null;
}
