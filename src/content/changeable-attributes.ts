import { Column } from 'typeorm';

/** What may be done with a repository, a manifest or a tag, as the data plane's clients switch it. */
export interface ChangeableAttributes {
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
  readonly readEnabled: boolean;
  readonly listEnabled: boolean;
}

/** The columns of it. Columns only: TypeORM reads them from the class that an entity extends. */
export abstract class AttributeColumns implements ChangeableAttributes {
  @Column('boolean', { default: true })
  deleteEnabled: boolean;

  @Column('boolean', { default: true })
  writeEnabled: boolean;

  @Column('boolean', { default: true })
  readEnabled: boolean;

  @Column('boolean', { default: true })
  listEnabled: boolean;
}
