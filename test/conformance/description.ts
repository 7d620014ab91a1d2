import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { officialFile } from '../support/official-descriptions.js';
import { resolved, type Lookup, type RawSchema, type Schema } from './schema.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

/** An operation of an official description. */
export interface Described {
  /** Such as `Registries_Create`. */
  readonly id: string;
  /** Such as `Registries`. */
  readonly group: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
  /** By status or `default`; undefined where there is no body. */
  readonly answers: ReadonlyMap<string, Schema | undefined>;
}

interface RawParameter extends Omit<RawSchema, 'required'> {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body';
  readonly required?: boolean;
  readonly schema?: RawSchema;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly ({ readonly $ref: string } | RawParameter)[];
  readonly responses: Readonly<Record<string, { readonly schema?: RawSchema }>>;
}

const files = new Map<string, object>();

function read(file: string): object {
  const known = files.get(file) ?? (JSON.parse(readFileSync(file, 'utf8')) as object);
  files.set(file, known);
  return known;
}

const lookup: Lookup = (reference, from) => {
  const [path = '', pointer = ''] = reference.split('#');
  const file = path ? join(dirname(from), path) : from;
  const steps = pointer.split('/').slice(1);
  const raw = steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], read(file));
  return { raw: raw as RawSchema, file };
};

/** Every operation of the official description of a version, without references. */
export function operationsOf(apiVersion: string): readonly Described[] {
  const file = officialFile(apiVersion);
  const { paths } = read(file) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, { parameters: shared = [], ...methods }]) =>
    Object.entries(methods as Record<string, RawOperation>).map(([method, { operationId, parameters, responses }]) => {
      const all = [...(shared as RawOperation['parameters'] & object), ...(parameters ?? [])].map((parameter) => {
        const found = '$ref' in parameter && parameter.$ref ? lookup(parameter.$ref, file) : { raw: parameter, file };
        return { parameter: found.raw as RawParameter, from: found.file };
      });
      const body = all.find(({ parameter }) => parameter.in === 'body');
      return {
        id: operationId,
        group: operationId.split('_')[0] ?? '',
        method: method.toUpperCase(),
        path,
        parameters: all
          .filter(({ parameter }) => parameter.in !== 'body')
          .map(({ parameter: { name, in: where, required = false, ...schema }, from }) => ({
            name,
            in: where as 'path' | 'query',
            required,
            schema: resolved({ ...schema, required: [] }, from, lookup),
          })),
        ...(body?.parameter.schema ? { body: resolved(body.parameter.schema, body.from, lookup) } : {}),
        answers: new Map(
          Object.entries(responses).map(([status, { schema }]) => [
            status,
            schema ? resolved(schema, file, lookup) : undefined,
          ]),
        ),
      };
    }),
  );
}
