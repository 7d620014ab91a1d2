export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** No metadata is deeper; what is would be too deep for the stack. */
const MAX_DEPTH = 32;

/**
 * The one text of a value, which is what signatures are over: no blanks, keys in the order of their bytes, only quotation
 * marks and backslashes escaped.
 * @throws RangeError when the value has none, as fractions do.
 */
export function canonicalJson(value: Json, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError(`it is more than ${MAX_DEPTH} levels deep`);
  if (typeof value === 'string') return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number of at most 53 bits`);
    return String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  const keys = Object.keys(value).toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(value[key] ?? null, depth + 1)}`).join(',')}}`;
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
