import type { Schema } from './schema.js';

/** A value that breaks exactly one constraint of a schema; undefined is its absence. */
export interface Violation {
  readonly of: string;
  readonly value: unknown;
}

const OF_ANOTHER_TYPE: Readonly<Record<string, unknown>> = {
  string: 7,
  boolean: 'yes',
  integer: 'seven',
  number: 'seven',
  array: { 0: 'first' },
  object: 'text',
};

const NOT_OF_FORMAT: Readonly<Record<string, unknown>> = {
  'date-time': 'yesterday',
  duration: 'a while',
  uuid: 'not-a-uuid',
  int32: 2 ** 40,
};

/** One violation of each constraint that the description has of a value. */
export function violationsOf(schema: Schema, isRequired: boolean): readonly Violation[] {
  const { type, format = '', pattern, minLength, maxLength, minimum, maximum, enum: allowed } = schema;
  return [
    ...(type && type in OF_ANOTHER_TYPE ? [{ of: 'type', value: OF_ANOTHER_TYPE[type] }] : []),
    ...(type === 'object' ? [{ of: 'type', value: ['text'] }] : []),
    ...(type === 'integer' ? [{ of: 'type', value: 1.5 }] : []),
    ...(format in NOT_OF_FORMAT ? [{ of: 'format', value: NOT_OF_FORMAT[format] }] : []),
    ...(pattern ? [{ of: 'pattern', value: breaking(pattern, minLength ?? 1) }] : []),
    ...(minLength ? [{ of: 'minLength', value: 'a'.repeat(minLength - 1) }] : []),
    ...(maxLength === undefined ? [] : [{ of: 'maxLength', value: 'a'.repeat(maxLength + 1) }]),
    ...(minimum === undefined ? [] : [{ of: 'minimum', value: minimum - 1 }]),
    ...(maximum === undefined ? [] : [{ of: 'maximum', value: maximum + 1 }]),
    ...(allowed ? [{ of: 'enum', value: 'NoneOfThem' }] : []),
    ...(isRequired
      ? [
          { of: 'required', value: undefined },
          { of: 'required', value: null },
        ]
      : []),
  ];
}

function breaking(pattern: string, length: number): string {
  const found = ['!', '~', ' ']
    .map((sign) => `${'a'.repeat(length)}${sign}`)
    .find((text) => !new RegExp(pattern).test(text));
  if (!found) throw new Error(`What breaks the pattern ${pattern}? Say so here.`);
  return found;
}
