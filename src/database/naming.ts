import { DefaultNamingStrategy } from 'typeorm';
import { columnNameOf } from './columns.js';

/** Columns are snake case, so that SQL is written without quotes. Constraints are named by hand. */
export class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, embeddedPrefixes: string[]): string {
    return customName ?? [...embeddedPrefixes, propertyName].map(columnNameOf).join('_');
  }
}
