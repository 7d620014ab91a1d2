import { expect, it } from 'vitest';
import { headersInRegion, inRegion } from './upload-region.js';

it('leads an upload back to its region, and nothing else', () => {
  expect(inRegion('/v2/a/blobs/uploads/1-2?_state=x', 'westus')).toBe('/v2/a/blobs/uploads/1-2?_state=x&region=westus');
  expect(inRegion('/v2/a/blobs/uploads/1-2', 'westus')).toBe('/v2/a/blobs/uploads/1-2?region=westus');
  expect(inRegion('/v2/a/blobs/sha256:00', 'westus')).toBe('/v2/a/blobs/sha256:00');
  expect(inRegion('/v2/a/blobs/uploads/1-2', undefined)).toBe('/v2/a/blobs/uploads/1-2');
});

it('changes no header but Location', () => {
  const headers = ['Location', '/v2/a/blobs/uploads/1', 'X-Path', '/v2/a/blobs/uploads/1'];
  expect(headersInRegion(headers, 'westus')).toEqual([
    'Location',
    '/v2/a/blobs/uploads/1?region=westus',
    'X-Path',
    '/v2/a/blobs/uploads/1',
  ]);
  expect(headersInRegion(headers, undefined)).toBe(headers);
});
