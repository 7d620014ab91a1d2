import type { Schema } from './schema.js';

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const IS_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Where a value is not what a schema says, by the path of the member. */
export function departures(schema: Schema, value: unknown, path = '$'): readonly string[] {
  const { type, format, enum: allowed, properties, required, items } = schema;
  if (type !== undefined && IS[type]?.(value) === false) return [`${path} is no ${type}`];
  if (format === 'date-time' && !IS_TIME.test(String(value))) return [`${path} is no ${format}`];
  if (allowed && !allowed.includes(value)) return [`${path} is none of ${allowed.join(', ')}`];
  if (Array.isArray(value))
    return items ? value.flatMap((item, index) => departures(items, item, `${path}[${index}]`)) : [];
  if (!IS['object']?.(value)) return [];
  const members = value as Readonly<Record<string, unknown>>;
  return [
    ...required.filter((name) => members[name] === undefined).map((name) => `${path}.${name} is missing`),
    ...Object.entries(properties).flatMap(([name, member]) =>
      members[name] === undefined ? [] : departures(member, members[name], `${path}.${name}`),
    ),
  ];
}
