import { DefaultNamingStrategy } from 'typeorm';
import type { Table } from 'typeorm';
import { columnNameOf } from './columns.js';

/** Columns are snake case, so that SQL is written without quotes. Keys that an entity does not name are named here. */
export class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, embeddedPrefixes: string[]): string {
    return customName ?? [...embeddedPrefixes, propertyName].map(columnNameOf).join('_');
  }

  override primaryKeyName(table: Table | string): string {
    return `${nameOf(table)}_pkey`;
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return `${nameOf(table)}_${columns.map((column) => column.replace(/_id$/, '')).join('_')}_fkey`;
  }
}

function nameOf(table: Table | string): string {
  return (typeof table === 'string' ? table : table.name).split('.').at(-1) ?? '';
}
