import { expect, it } from 'vitest';
import { schemaRef } from './open-api.js';
import { withUpdates } from './update-schemas.js';

const SCHEMAS = {
  Thing: {
    type: 'object',
    required: ['size', 'rules'],
    properties: {
      size: schemaRef('Size'),
      rules: { type: 'array', items: schemaRef('Rule') },
      written: { readOnly: true, allOf: [schemaRef('Size')] },
      note: schemaRef('Note'),
    },
  },
  Size: { type: 'object', required: ['unit'], properties: { unit: { type: 'string' } } },
  Rule: { type: 'object', required: ['value'], properties: { value: { type: 'string' } } },
  Note: { type: 'object', properties: { text: { type: 'string' } } },
};

it('makes an update in which nothing that a patch can reach is required', () => {
  const { Thing, Size, Rule, Note, ...made } = withUpdates(SCHEMAS, new Set(['Thing', 'ThingUpdate']));
  expect({ Thing, Size, Rule, Note }).toEqual(SCHEMAS);
  expect(made).toEqual({
    ThingUpdate: {
      type: 'object',
      properties: {
        size: schemaRef('SizeUpdate'),
        rules: { type: 'array', items: schemaRef('Rule') },
        written: { readOnly: true, allOf: [schemaRef('Size')] },
        note: schemaRef('Note'),
      },
    },
    SizeUpdate: { type: 'object', properties: { unit: { type: 'string' } } },
  });
});

it('makes update parameters of create parameters, inner ones too', () => {
  const { OrderUpdateParameters, LinesUpdateParameters } = withUpdates(
    {
      OrderCreateParameters: { type: 'object', properties: { lines: schemaRef('LinesCreateParameters') } },
      LinesCreateParameters: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    },
    new Set(['OrderUpdateParameters']),
  );
  expect(OrderUpdateParameters).toEqual({ type: 'object', properties: { lines: schemaRef('LinesUpdateParameters') } });
  expect(LinesUpdateParameters).toEqual({ type: 'object', properties: { text: { type: 'string' } } });
});

it('ends when a schema refers to itself', () => {
  const tree = {
    type: 'object',
    required: ['name'],
    properties: { left: schemaRef('Tree'), name: { type: 'string' } },
  };
  expect(withUpdates({ Tree: tree }, new Set(['TreeUpdate'])).TreeUpdate).toEqual({
    type: 'object',
    properties: { left: schemaRef('TreeUpdate'), name: { type: 'string' } },
  });
});

it('refuses an update of nothing', () => {
  expect(() => withUpdates(SCHEMAS, new Set(['OtherUpdate']))).toThrow('there is no schema Other to make it of');
});
