import { expect, test } from 'vitest';
import { readManifest } from './manifest-document.js';

const [ONE, TWO] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
const read = (document: unknown) => readManifest(Buffer.from(JSON.stringify(document)));
const parts = (document: unknown) => read(document).references.map(({ digest, kind }) => ({ digest, kind }));

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
  expect(readManifest(Buffer.from('{'))).toEqual({
    mediaType: null,
    artifactType: null,
    config: null,
    annotations: null,
    subject: null,
    references: [],
    imageSizeBytes: 1,
  });
});

test('the type of an artifact is its own, or else that of its config', () => {
  const config = { digest: ONE, mediaType: 'application/vnd.config', size: 2 };
  expect(read({ config }).artifactType).toBe('application/vnd.config');
  expect(read({ config, artifactType: 'application/vnd.sbom' }).artifactType).toBe('application/vnd.sbom');
  expect(read({ artifactType: '' }).artifactType).toBeNull();
});

test('the size of an image is that of its blobs, each once; that of an index is its text', () => {
  const config = { digest: ONE, size: 2 };
  expect(
    read({
      config,
      layers: [
        { digest: TWO, size: 40 },
        { digest: TWO, size: 40 },
      ],
    }).imageSizeBytes,
  ).toBe(42);
  const index = { manifests: [{ digest: ONE, size: 1_000, platform: { os: 'linux', architecture: 'arm64' } }] };
  expect(read(index)).toMatchObject({
    imageSizeBytes: JSON.stringify(index).length,
    references: [{ digest: ONE, kind: 'manifests', sizeBytes: 1_000, os: 'linux', architecture: 'arm64' }],
  });
});

test('texts that PostgreSQL could not store are left out', () => {
  const annotations = { fine: 'yes', nul: 'a\0b', half: '\ud800', 'n\0': 'x', number: 1 };
  expect(read({ annotations, mediaType: 'a\0' })).toMatchObject({ annotations: { fine: 'yes' }, mediaType: null });
});
