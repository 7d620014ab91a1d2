import type { OpenAPIObject } from '@nestjs/swagger';
import { rewritten, schemaNameOf, schemaRef } from './open-api.js';
import type { SchemaObject } from './open-api.js';

export type Schemas = Readonly<Record<string, SchemaObject>>;

/** The errors of Azure Resource Manager, which no class describes: the error itself writes them. */
export const ERROR_SCHEMAS: Schemas = {
  ErrorResponse: {
    type: 'object',
    description: 'What went wrong. `docs/errors.md` lists the codes.',
    properties: { error: schemaRef('ErrorDetail') },
  },
  ErrorDetail: {
    type: 'object',
    properties: {
      code: { type: 'string', readOnly: true, description: 'Stable; for programs.' },
      message: { type: 'string', readOnly: true, description: 'For people.' },
      target: { type: 'string', readOnly: true, description: 'Path to the value at fault.' },
      details: { type: 'array', readOnly: true, items: schemaRef('ErrorDetail') },
      additionalInfo: { type: 'array', readOnly: true, items: schemaRef('ErrorAdditionalInfo') },
    },
  },
  ErrorAdditionalInfo: {
    type: 'object',
    properties: {
      type: { type: 'string', readOnly: true },
      info: { type: 'object', readOnly: true, additionalProperties: true },
    },
  },
};

/** `Registry20251101` and `SkuWire` are `Registry` and `Sku` to clients. */
export function clientName(className: string): string {
  return className.replace(/\d{8}(Preview)?$/, '').replace(/Wire$/, '');
}

/** The document with the names that clients know. @throws when two classes would get one name. */
export function withClientNames(document: OpenAPIObject): OpenAPIObject {
  const schemas: Record<string, SchemaObject> = {};
  for (const [className, schema] of Object.entries(document.components?.schemas ?? {})) {
    const name = clientName(className);
    if (schemas[name]) throw new Error(`Two classes are the schema ${name}; one of them is ${className}. Rename it.`);
    schemas[name] = schema as SchemaObject;
  }
  return rewritten({ ...document, components: { ...document.components, schemas } }, (node) =>
    typeof node.$ref === 'string' ? { ...node, ...schemaRef(clientName(schemaNameOf(node.$ref))) } : node,
  );
}
