import { describe, expect, it } from 'vitest';
import { HEADER_COMPONENTS, withAnswerHeaders } from './answer-headers.js';
import type { Route } from './open-api.js';

const REGISTRY = '/subscriptions/{subscriptionId}/providers/x/registries/{registryName}';

function headersOf(method: Route['method'], path: string, status = '200', security?: []): readonly string[] {
  const operation = { responses: { [status]: { description: 'An answer.' } }, ...(security ? { security } : {}) };
  const answer = withAnswerHeaders({ path, method, operation })[status];
  return Object.keys(answer && 'headers' in answer ? (answer.headers ?? {}) : {});
}

describe('the headers of answers', () => {
  it.each([
    ['get', REGISTRY, '200', ['x-ms-ratelimit-remaining-subscription-reads', 'ETag']],
    ['put', REGISTRY, '201', ['x-ms-ratelimit-remaining-subscription-writes', 'ETag']],
    ['get', REGISTRY, 'default', ['x-ms-ratelimit-remaining-subscription-reads', 'Retry-After']],
    [
      'get',
      `${REGISTRY}/connectedRegistries/{name}`,
      '200',
      ['x-ms-ratelimit-remaining-subscription-reads', 'ETag', 'x-berth-not-enforced'],
    ],
    ['patch', `${REGISTRY}/tokens/{name}`, '200', ['x-ms-ratelimit-remaining-subscription-writes', 'ETag']],
    ['get', `${REGISTRY}/privateLinkResources/{name}`, '200', ['x-ms-ratelimit-remaining-subscription-reads']],
    ['get', `${REGISTRY}/tokens`, '200', ['x-ms-ratelimit-remaining-subscription-reads']],
    ['delete', REGISTRY, '202', ['x-ms-ratelimit-remaining-subscription-deletes']],
    ['post', `${REGISTRY}/listUsages`, '200', ['x-ms-ratelimit-remaining-subscription-writes']],
    ['get', '/subscriptions', '200', ['x-ms-ratelimit-remaining-tenant-reads']],
  ] as const)('of %s %s with %s', (method, path, status, names) => {
    expect(headersOf(method, path, status)).toEqual(names);
    for (const name of names) expect(HEADER_COMPONENTS).toHaveProperty([name, 'description']);
  });

  it('are none where no token is asked for', () => {
    expect(headersOf('get', '/healthz', '200', [])).toEqual([]);
  });

  it('are added to those that a route has of its own', () => {
    const own = { description: 'In how many seconds.', schema: { type: 'integer' as const } };
    const operation = { responses: { 202: { description: 'Begun.', headers: { 'Retry-After': own } } } };
    expect(withAnswerHeaders({ path: REGISTRY, method: 'delete', operation })[202]).toEqual({
      description: 'Begun.',
      headers: {
        'x-ms-ratelimit-remaining-subscription-deletes': {
          $ref: '#/components/headers/x-ms-ratelimit-remaining-subscription-deletes',
        },
        'Retry-After': own,
      },
    });
  });
});
