import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasOfficialDescriptions } from '../support/official-descriptions.js';
import { operationsOf, type Described, type Parameter } from './description.js';
import { placesOf, resolved, type Lookup, type Place, type RawSchema, type Schema } from './schema.js';

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema?: RawSchema } };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: RawSchema;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, RawSchema>> };
}

/** Where our description says something else than the official one, and why. Each is about some operation's place. */
const DIFFERENCES: readonly { readonly about: RegExp; readonly why: string }[] = [
  {
    about: /has the format undefined, not arm-id/,
    why: 'no generator knows the format; the descriptions say it in words',
  },
  {
    about: / body properties is required: true/,
    why: 'nothing can be made without, which the official one says deeper',
  },
  {
    about: /^(CacheRules|CredentialSets|Tokens)_\w+ body properties\..* is required: true/,
    why: 'what the service refuses to do without, and the official one leaves open',
  },
  { about: /GenerateCredentials body tokenId is required: true/, why: 'passwords are always of some token' },
  { about: /GenerateCredentials answer 202 is missing/, why: 'passwords are there at once' },
  { about: /_Update body .* is required: false/, why: 'a merge patch need not repeat what stays' },
  {
    about: /sku\.(name|tier) takes Basic,Standard,Premium, not Classic/,
    why: 'no registry of that SKU can be made any more',
  },
  { about: /^Operations_List .*(origin|properties) is missing/, why: 'nothing is measured by a monitor' },
];

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Document;
const lookup: Lookup = (reference, file) => ({
  raw: document.components.schemas[reference.replace('#/components/schemas/', '')] ?? {},
  file,
});
const ours = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [operation.operationId, { path, method, operation }] as const),
  ),
);

function schemaOf({ content }: Content = {}): Schema | undefined {
  const schema = content?.['application/json']?.schema;
  return schema && resolved(schema, '', lookup);
}

function differencesOf(official: Described): readonly string[] {
  const found = ours.get(official.id);
  if (!found) return ['is not there'];
  const { path, method, operation } = found;
  const body = schemaOf(operation.requestBody);
  return [
    ...(path === official.path ? [] : [`path is ${path}, not ${official.path}`]),
    ...(method.toUpperCase() === official.method ? [] : [`method is ${method}`]),
    ...official.parameters.flatMap((parameter) => parameterDifferences(parameter, operation)),
    ...(official.body ? (body ? schemaDifferences(official.body, body, 'body') : ['body is missing']) : []),
    ...[...official.answers].flatMap(([status, schema]) => {
      const answer = operation.responses[status];
      const answered = schemaOf(answer);
      if (!answer) return [`answer ${status} is missing`];
      if (!schema) return [];
      return answered ? schemaDifferences(schema, answered, status) : [`answer ${status} has no body`];
    }),
  ];
}

function parameterDifferences(
  { name, in: where, required, schema }: Parameter,
  { parameters }: Operation,
): readonly string[] {
  const found = parameters.find((parameter) => parameter.name === name && parameter.in === where);
  if (!found) return [`parameter ${name} is missing`];
  const { minLength, maxLength, pattern, format } = found.schema;
  return [
    ...(found.required === required ? [] : [`parameter ${name} is required: ${found.required}`]),
    ...Object.entries(found.schema.enum ? {} : { minLength, maxLength, pattern, format }).flatMap(([rule, value]) => {
      const wanted = schema[rule as 'format'];
      return wanted === undefined || wanted === value ? [] : [`parameter ${name} has ${rule} ${value}, not ${wanted}`];
    }),
  ];
}

function schemaDifferences(official: Schema, schema: Schema, where: string): readonly string[] {
  const places = new Map(placesWithin(schema).map((place) => [place.path, place]));
  return placesWithin(official).flatMap(({ path, schema: wanted, isRequired, isReadOnly }) => {
    const at = `${where} ${path}`;
    const found = places.get(path);
    // What is in something that is not there is not told again.
    if (!found) return places.has(above(path)) ? [`${at} is missing`] : [];
    return [
      ...(found.isReadOnly === isReadOnly ? [] : [`${at} is read-only: ${found.isReadOnly}`]),
      // An answer may promise more than it has to.
      ...(found.isRequired === isRequired || (found.isRequired && where !== 'body')
        ? []
        : [`${at} is required: ${found.isRequired}`]),
      ...(wanted.type === undefined || wanted.type === found.schema.type
        ? []
        : [`${at} is of type ${found.schema.type}`]),
      ...(wanted.format === undefined || wanted.format === found.schema.format
        ? []
        : [`${at} has the format ${found.schema.format}, not ${wanted.format}`]),
      ...enumDifferences(wanted.enum, found.schema.enum, at),
    ];
  });
}

function enumDifferences(wanted: Schema['enum'], found: Schema['enum'], at: string): readonly string[] {
  if (!wanted) return [];
  const missing = wanted.filter((value) => !found?.includes(value));
  return missing.length === 0 ? [] : [`${at} takes ${found?.join() ?? 'anything'}, not ${missing.join()}`];
}

/** What is in something read-only is read-only, whether it says so or not. */
function placesWithin(schema: Schema): readonly (Place & { readonly isReadOnly: boolean })[] {
  const settable = new Set(placesOf(schema).map(({ path }) => path));
  return placesOf(schema, true).map((place) => ({ ...place, isReadOnly: !settable.has(place.path) }));
}

function above(path: string): string {
  return path.replace(/(\.?[^.[\]{}]+|\[\]|\{\})$/, '');
}

describe.runIf(hasOfficialDescriptions)('openapi.yaml says what the official description of 2025-11-01 says', () => {
  const operations = hasOfficialDescriptions ? operationsOf('2025-11-01') : [];

  it.each(operations.map((operation) => [operation.id, operation] as const))('of %s', (id, operation) => {
    const differences = differencesOf(operation).map((difference) => `${id} ${difference}`);
    expect(differences.filter((difference) => !DIFFERENCES.some(({ about }) => about.test(difference)))).toEqual([]);
  });

  it('and differs nowhere without need', () => {
    const differences = operations.flatMap((operation) =>
      differencesOf(operation).map((difference) => `${operation.id} ${difference}`),
    );
    const idle = DIFFERENCES.filter(({ about }) => !differences.some((difference) => about.test(difference)));
    expect(idle).toEqual([]);
  });
});
