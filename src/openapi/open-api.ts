import type { OpenAPIObject } from '@nestjs/swagger';

type Components = NonNullable<OpenAPIObject['components']>;
type Schemas = NonNullable<Components['schemas']>;
type PathItem = OpenAPIObject['paths'][string];

export type SchemaObject = Exclude<Schemas[string], { $ref: string }>;
export type Operation = NonNullable<PathItem['get']>;
export type Parameter = Exclude<NonNullable<Operation['parameters']>[number], { $ref: string }>;

/** In the order in which a path's operations are written. */
export const METHODS = ['get', 'head', 'put', 'patch', 'post', 'delete'] as const;

/** One operation of the document, with the address it has. */
export interface Route {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}

export function routesOf(document: Pick<OpenAPIObject, 'paths'>): readonly Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

const SCHEMAS = '#/components/schemas/';

/** The name that a reference to a schema means. */
export function schemaNameOf(reference: string): string {
  return reference.replace(SCHEMAS, '');
}

export function schemaRef(name: string): { $ref: string } {
  return { $ref: `${SCHEMAS}${name}` };
}

/** A copy in which every object, inner ones first, was put through `rewrite`. */
export function rewritten<T>(node: T, rewrite: (node: Record<string, unknown>) => Record<string, unknown>): T {
  if (Array.isArray(node)) return node.map((item: unknown) => rewritten(item, rewrite)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.entries(node).map(([key, value]) => [key, rewritten<unknown>(value, rewrite)] as const);
  return rewrite(Object.fromEntries(inner)) as T;
}

/** Every schema that is referred to anywhere in `node`. */
export function namesReferredTo(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  rewritten(node, (object) => {
    const { $ref } = object;
    if (typeof $ref === 'string' && $ref.startsWith(SCHEMAS)) names.add(schemaNameOf($ref));
    return object;
  });
  return names;
}
