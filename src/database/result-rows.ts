import pg, { type CustomTypesConfig } from 'pg';
import type { Statement } from './database.js';

const { builtins, getTypeParser } = pg.types;
const timestampOf = getTypeParser(builtins.TIMESTAMPTZ) as (text: string) => Date;

/**
 * How the text of a column becomes a value: as pg does, but for two types that pages of resources are full of. The values
 * of jsonb columns are frozen, since rows that follow each other share them.
 */
export const COLUMN_TYPES: CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === builtins.JSONB) return sharedJson();
    if (oid === builtins.TEXT) return sharedText();
    if (oid === builtins.TIMESTAMPTZ) return timestamp;
    return getTypeParser(oid, format);
  },
};

/**
 * Rows as objects, from rows as arrays. pg's own objects grow by one property at a time, so that V8 keeps wide ones as hash
 * tables: reading a page of registries cost half as much again, and all that was done with its records.
 */
export function rowsOf<Row>(
  statement: Statement,
  { fields, rows }: { fields: readonly { name: string }[]; rows: readonly unknown[][] },
): Row[] {
  const names = fields.map(({ name }) => name);
  let empty = emptyRows.get(statement);
  if (!empty) emptyRows.set(statement, (empty = emptyRow(names)));
  return rows.map((values) => {
    const row = { ...empty } as Record<string, unknown>;
    for (let index = 0; index < names.length; index++) row[names[index]!] = values[index];
    return row as Row;
  });
}

const emptyRows = new WeakMap<Statement, object>();

/** Parsed, since V8 gives only a literal all its properties at once. */
function emptyRow(names: readonly string[]): object {
  return JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`) as object;
}

/** Remembers one value: a column often says in one row what it said in the row before. */
function sharedJson(): (text: string) => unknown {
  let last: string | undefined;
  let value: unknown;
  return (text) => {
    if (text === last) return value;
    value = frozen(JSON.parse(text));
    last = text;
    return value;
  };
}

/** As above; most texts of a page are words that its rows have in common, and one string is less to collect than a hundred. */
function sharedText(): (text: string) => string {
  let last = '';
  return (text) => (text === last ? last : (last = text));
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** V8 reads PostgreSQL's format in a third of the time; what it cannot read, as infinity, is left to pg. */
function timestamp(text: string): Date {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? timestampOf(text) : date;
}
