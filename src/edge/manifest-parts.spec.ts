import { expect, test } from 'vitest';
import { partsOf } from './manifest-parts.js';

const [ONE, TWO] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
const parts = (document: unknown) => partsOf(Buffer.from(JSON.stringify(document)));

test('an image refers to its config and layers, each once', () => {
  expect(parts({ config: { digest: ONE }, layers: [{ digest: TWO }, { digest: TWO }] })).toEqual([
    { digest: ONE, kind: 'blobs' },
    { digest: TWO, kind: 'blobs' },
  ]);
});

test('an index refers to manifests', () => {
  expect(parts({ manifests: [{ digest: ONE }] })).toEqual([{ digest: ONE, kind: 'manifests' }]);
});

test.each([
  null,
  7,
  'text',
  [],
  {},
  { config: null, layers: 'x', manifests: {} },
  { layers: [null, 1, { digest: 1 }, { digest: '../x' }] },
])('%j refers to nothing', (document) => {
  expect(parts(document)).toEqual([]);
});

test('what is not JSON refers to nothing', () => {
  expect(partsOf(Buffer.from('{'))).toEqual([]);
});
