/** A schema as a description writes it, in Swagger 2 or OpenAPI 3. */
export interface RawSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly readOnly?: boolean;
  readonly required?: readonly string[];
  readonly allOf?: readonly RawSchema[];
  readonly properties?: Readonly<Record<string, RawSchema>>;
  readonly items?: RawSchema;
  readonly additionalProperties?: boolean | RawSchema;
}

/** A schema without references: inherited members are its own. What contains itself is empty the second time. */
export interface Schema extends Omit<RawSchema, '$ref' | 'allOf' | 'properties' | 'items' | 'additionalProperties'> {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly items?: Schema;
  /** What any further member has to be. */
  readonly values?: Schema;
}

/** What a reference means, and the file from which its own references are to be read. */
export type Lookup = (reference: string, file: string) => { readonly raw: RawSchema; readonly file: string };

export function resolved(raw: RawSchema, file: string, lookup: Lookup, seen: readonly string[] = []): Schema {
  const { $ref, allOf = [], properties = {}, required = [], items, additionalProperties, ...own } = raw;
  if ($ref) {
    const found = lookup($ref, file);
    const place = `${found.file} ${$ref.slice($ref.indexOf('#'))}`;
    if (seen.includes(place)) return { properties: {}, required: [] };
    return { ...resolved(found.raw, found.file, lookup, [...seen, place]), ...own };
  }
  const inner = (schema: RawSchema) => resolved(schema, file, lookup, seen);
  const parts = allOf.map(inner);
  const merged: Schema = Object.assign({}, ...parts) as Schema;
  return {
    ...merged,
    ...own,
    properties: Object.assign(
      {},
      ...parts.map((part) => part.properties),
      Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, inner(schema)])),
    ) as Schema['properties'],
    required: [...new Set([...parts.flatMap((part) => part.required), ...required])],
    ...(items ? { items: inner(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { values: inner(additionalProperties) } : {}),
  };
}

/** Where a schema stands in a body: `properties.rules[].value`, and `{}` for a name of the customer's own. */
export interface Place {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** The place itself and every place within; what only the service writes is left out unless it is asked for. */
export function placesOf(schema: Schema, withReadOnly = false, path = '', isRequired = true): readonly Place[] {
  if (schema.readOnly && !withReadOnly) return [];
  const members = Object.entries(schema.properties).flatMap(([name, member]) =>
    placesOf(member, withReadOnly, path ? `${path}.${name}` : name, schema.required.includes(name)),
  );
  return [
    { path, schema, isRequired },
    ...members,
    ...(schema.items ? placesOf(schema.items, withReadOnly, `${path}[]`, false) : []),
    ...(schema.values ? placesOf(schema.values, withReadOnly, `${path}{}`, false) : []),
  ];
}

/** Whether nothing of it can be set but itself. */
export function isLeaf({ properties, items, values }: Schema): boolean {
  return !items && !values && Object.values(properties).every(({ readOnly }) => readOnly);
}

/** The steps to a place in a real body: the first item of a list, and `nameOf` what stands in for a name of the customer's. */
export function stepsTo(path: string, nameOf: (mapPath: string) => string): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  let at = '';
  for (const [part] of path.matchAll(/[^.[\]{}]+|\[\]|\{\}/g)) {
    steps.push(part === '[]' ? 0 : part === '{}' ? nameOf(at) : part);
    at += part === '[]' || part === '{}' ? part : `${at ? '.' : ''}${part}`;
  }
  return steps;
}

/** A copy of `body` with `value` at the place; undefined takes it away. */
export function withValue(body: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(body) ? [...(body as unknown[])] : [];
    if (value === undefined && rest.length === 0) return list.filter((_, index) => index !== step);
    list[step] = withValue(list[step], rest, value);
    return list;
  }
  const copy: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  copy[step] = withValue(copy[step], rest, value);
  if (copy[step] === undefined) delete copy[step];
  return copy;
}

export function valueAt(body: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    body,
  );
}
