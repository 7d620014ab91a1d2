import { describe, expect, test } from 'vitest';
import { parseAcr } from './acr-route.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const on = (name: string, ...actions: string[]) => [{ type: 'repository', name, actions }];
const all = (name: string) => [{ type: 'registry', name, actions: ['*'] }];

describe('requests of /acr/v1 are read completely', () => {
  test.each([
    ['GET', '/acr/v1/_catalog?n=2', 'catalog', '', '', all('catalog')],
    ['GET', '/acr/v1/a/b', 'repository', 'a/b', '', on('a/b', 'metadata_read')],
    ['GET', '/acr/v1/a%2Fb', 'repository', 'a/b', '', on('a/b', 'metadata_read')],
    ['PATCH', '/acr/v1/a', 'repository', 'a', '', on('a', 'metadata_write')],
    ['DELETE', '/acr/v1/a', 'repository', 'a', '', on('a', 'delete')],
    ['GET', '/acr/v1/a/b/_tags?orderby=timedesc', 'tags', 'a/b', '', on('a/b', 'metadata_read')],
    ['GET', '/acr/v1/a/_tags/v1', 'tag', 'a', 'v1', on('a', 'metadata_read')],
    ['PATCH', '/acr/v1/a/_tags/v1', 'tag', 'a', 'v1', on('a', 'metadata_write')],
    ['DELETE', '/acr/v1/a/_tags/v1', 'tag', 'a', 'v1', on('a', 'delete')],
    ['GET', '/acr/v1/a/_manifests', 'manifests', 'a', '', on('a', 'metadata_read')],
    ['GET', `/acr/v1/a/_manifests/${DIGEST}`, 'manifest', 'a', DIGEST, on('a', 'metadata_read')],
    ['PATCH', `/acr/v1/a/_manifests/${DIGEST}`, 'manifest', 'a', DIGEST, on('a', 'metadata_write')],
    ['GET', '/acr/v1/_metadata/_search?artifactType=a', 'search', '', '', all('catalog')],
    ['GET', '/acr/v1/_metadata/_search?repository=a/*', 'search', '', '', all('catalog')],
    ['GET', '/acr/v1/_metadata/_search?repository=a%2Fb', 'search', 'a/b', '', on('a/b', 'metadata_read')],
    ['GET', '/acr/v1/_deleted/_catalog', 'deleted-catalog', '', '', all('deleted_catalog')],
    ['GET', '/acr/v1/_deleted/a/_tags', 'deleted-tags', 'a', '', on('a', 'deleted_read')],
    ['GET', '/acr/v1/_deleted/a/_manifests', 'deleted-manifests', 'a', '', on('a', 'deleted_read')],
    ['POST', `/acr/v1/_deleted/a/_manifests/${DIGEST}`, 'deleted-manifest', 'a', DIGEST, on('a', 'deleted_restore')],
  ])('%s %s', (method, url, kind, name, last, needs) => {
    // Who judges what is in quarantine has a right to pull it, and not to change what else is said of it.
    const instead = kind === 'manifest' && method === 'PATCH' ? on(name, 'pull') : undefined;
    expect(parseAcr(method, url)).toEqual({ kind, name, last, needs, instead });
  });
});

describe('what is none of them is refused', () => {
  test.each([
    ['POST', '/acr/v1/a', 'UNSUPPORTED'],
    ['DELETE', `/acr/v1/a/_manifests/${DIGEST}`, 'UNSUPPORTED'],
    ['PUT', '/acr/v1/_catalog', 'UNSUPPORTED'],
    ['POST', '/acr/v1/_metadata/_search', 'UNSUPPORTED'],
    ['GET', '/acr/v1/_metadata/_query', 'NAME_INVALID'],
    ['GET', '/acr/v1/', 'NAME_INVALID'],
    ['GET', '/acr/v1/A', 'NAME_INVALID'],
    ['GET', '/acr/v1/_tags', 'NAME_INVALID'],
    ['GET', '/acr/v1/a/_tags/', 'TAG_UNKNOWN'],
    ['GET', '/acr/v1/a/_tags/a/b', 'NAME_INVALID'],
    ['GET', '/acr/v1/a/_manifests/v1', 'DIGEST_INVALID'],
    ['GET', '/acr/v1/_deleted/a', 'NAME_UNKNOWN'],
    ['GET', '/acr/v1/_deleted/_deleted/_catalog', 'NAME_UNKNOWN'],
    ['GET', '/acr/v1/a%', 'NAME_INVALID'],
  ])('%s %s', (method, url, code) => {
    expect(() => parseAcr(method, url)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
