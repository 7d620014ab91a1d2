import { expect, it } from 'vitest';
import { schemaRef } from './open-api.js';
import { clientName, withClientNames } from './schemas.js';

const info = { title: '', version: '' };

it.each([
  ['Registry20251101', 'Registry'],
  ['Policies20220201Preview', 'Policies'],
  ['SkuWire', 'Sku'],
  ['ResourceGroupBody', 'ResourceGroupBody'],
])('calls %s %s', (className, expected) => {
  expect(clientName(className)).toBe(expected);
});

it('renames a schema wherever it is referred to', () => {
  const named = withClientNames({
    openapi: '3.0.0',
    info,
    paths: { '/a': { get: { responses: { 200: { $ref: '#/components/schemas/SkuWire' } } } } },
    components: { schemas: { SkuWire: { type: 'object' }, List: { type: 'array', items: schemaRef('SkuWire') } } },
  });
  expect(named.components?.schemas).toEqual({
    Sku: { type: 'object' },
    List: { type: 'array', items: schemaRef('Sku') },
  });
  expect(named.paths['/a']?.get?.responses).toEqual({ 200: schemaRef('Sku') });
});

it('refuses two classes of one name', () => {
  const schemas = { SkuWire: { type: 'object' }, Sku20251101: { type: 'object' } };
  expect(() => withClientNames({ openapi: '3.0.0', info, paths: {}, components: { schemas } })).toThrow(
    'Two classes are the schema Sku',
  );
});
