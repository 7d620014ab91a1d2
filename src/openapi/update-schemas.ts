import { namesReferredTo, rewritten, schemaNameOf, schemaRef } from './open-api.js';
import type { SchemaObject } from './open-api.js';
import type { Schemas } from './schemas.js';

/** How the body of a patch is named after the body of the PUT; the first that fits. */
const NAMES = [
  { put: 'CreateParameters', patch: 'UpdateParameters' },
  { put: '', patch: 'Update' },
] as const;

function patchNameOf(name: string): string {
  const { put, patch } = NAMES.find((each) => name.endsWith(each.put)) ?? NAMES[1];
  return name.slice(0, name.length - put.length) + patch;
}

/** The name that the body of the PUT has, for one that a patch's body can have. */
function putNameOf(name: string): string | undefined {
  const found = NAMES.find(({ patch }) => name.endsWith(patch));
  return found && name.slice(0, -found.patch.length) + found.put;
}

type Property = NonNullable<SchemaObject['properties']>[string];

/**
 * The schemas, and for each `XUpdate` among `referredTo` that no class describes one like `X` in which nothing is required,
 * and so for `XUpdateParameters` and `XCreateParameters`:
 * the body of a merge patch. Arrays stay as they are, since a patch replaces them whole.
 */
export function withUpdates(schemas: Schemas, referredTo: ReadonlySet<string>): Schemas {
  const updates: Record<string, SchemaObject> = {};

  function updateOf(name: string): string {
    const update = patchNameOf(name);
    if (update in updates || !demands(schemas, name)) return update in updates ? update : name;
    return add(update, name);
  }

  function add(update: string, name: string): string {
    const schema = schemas[name];
    if (!schema) throw new Error(`${update} is referred to, but there is no schema ${name} to make it of.`);
    const { required, ...rest } = schema;
    updates[update] = required ? rest : schema;
    const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
      key,
      isPatched(property) ? rewritten(property, (node) => pointingTo(node, updateOf)) : property,
    ]);
    updates[update] = { ...rest, properties: Object.fromEntries(properties) as Record<string, Property> };
    return update;
  }

  for (const name of referredTo) {
    const source = putNameOf(name);
    if (source !== undefined && !(name in schemas)) add(name, source);
  }
  return { ...schemas, ...updates };
}

/** Whether the schema, or anything that a patch can reach through it, requires something. */
function demands(schemas: Schemas, name: string, above: readonly string[] = []): boolean {
  const schema = schemas[name];
  if (!schema || above.includes(name)) return false;
  if ((schema.required ?? []).length > 0) return true;
  const patched = Object.values(schema.properties ?? {}).filter(isPatched);
  return [...namesReferredTo(patched)].some((inner) => demands(schemas, inner, [...above, name]));
}

function isPatched(property: Property): boolean {
  return '$ref' in property || (!property.readOnly && property.type !== 'array');
}

function pointingTo(node: Record<string, unknown>, updateOf: (name: string) => string): Record<string, unknown> {
  return typeof node.$ref === 'string' ? schemaRef(updateOf(schemaNameOf(node.$ref))) : node;
}
