import { describe, expect, test } from 'vitest';
import { OciError } from './oci-error.js';
import { parseV2, withoutMount } from './v2-route.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const on = (name: string, ...actions: string[]) => ({ type: 'repository', name, actions });

describe('requests of the OCI grammar are read completely', () => {
  test.each([
    ['GET', '/v2/', 'base', '', [], '/v2/'],
    ['GET', '/v2', 'base', '', [], '/v2/'],
    [
      'GET',
      '/v2/_catalog?n=100',
      'catalog',
      '',
      [{ type: 'registry', name: 'catalog', actions: ['*'] }],
      '/v2/_catalog?n=100',
    ],
    ['GET', '/v2/a/tags/list?n=2&last=v1', 'tags', 'a', [on('a', 'pull')], '/v2/a/tags/list?n=2&last=v1'],
    ['GET', '/v2/a/b/manifests/v1', 'manifest', 'a/b', [on('a/b', 'pull')], '/v2/a/b/manifests/v1'],
    ['HEAD', `/v2/a/manifests/${DIGEST}`, 'manifest', 'a', [on('a', 'pull')], `/v2/a/manifests/${DIGEST}`],
    ['PUT', '/v2/a/manifests/v1', 'manifest', 'a', [on('a', 'pull', 'push')], '/v2/a/manifests/v1'],
    ['DELETE', `/v2/a/manifests/${DIGEST}`, 'manifest', 'a', [on('a', 'delete')], `/v2/a/manifests/${DIGEST}`],
    ['GET', `/v2/a/blobs/${DIGEST}`, 'blob', 'a', [on('a', 'pull')], `/v2/a/blobs/${DIGEST}`],
    ['DELETE', `/v2/a/blobs/${DIGEST}`, 'blob', 'a', [on('a', 'delete')], `/v2/a/blobs/${DIGEST}`],
    ['POST', '/v2/a/blobs/uploads/', 'uploads', 'a', [on('a', 'pull', 'push')], '/v2/a/blobs/uploads/'],
    ['POST', '/v2/a/blobs/uploads', 'uploads', 'a', [on('a', 'pull', 'push')], '/v2/a/blobs/uploads/'],
    [
      'PATCH',
      '/v2/a/blobs/uploads/u-1?_state=x%3D',
      'upload',
      'a',
      [on('a', 'pull', 'push')],
      '/v2/a/blobs/uploads/u-1?_state=x%3D',
    ],
    ['DELETE', '/v2/a/blobs/uploads/u-1', 'upload', 'a', [on('a', 'pull', 'push')], '/v2/a/blobs/uploads/u-1'],
    ['GET', `/v2/a/referrers/${DIGEST}`, 'referrers', 'a', [on('a', 'pull')], `/v2/a/referrers/${DIGEST}`],
  ])('%s %s', (method, url, kind, name, needs, enginePath) => {
    const { last, ...route } = parseV2(method, url);
    expect(enginePath.split('?')[0]).toMatch(new RegExp(`${last}/?$`));
    expect(route).toEqual({
      kind,
      name,
      needs,
      instead: kind === 'tags' ? [on(name, 'metadata_read')] : undefined,
      enginePath,
      takesBody: ['POST', 'PUT', 'PATCH'].includes(method),
    });
  });

  test('a mount needs to pull from the repository it takes from', () => {
    const route = parseV2('POST', `/v2/a/blobs/uploads/?mount=${DIGEST}&from=team/b`);
    expect(route).toMatchObject({ needs: [on('a', 'pull', 'push')], source: on('team/b', 'pull') });
    const { source, enginePath } = withoutMount(route);
    expect([source, enginePath]).toEqual([undefined, '/v2/a/blobs/uploads/']);
  });
});

describe('a path means the same to the engine as it did to us', () => {
  test.each([
    ['GET', '/v2/team%2Fapp/manifests/v1', 'team/app', '/v2/team/app/manifests/v1'],
    ['GET', `/v2/app/blobs/sha256%3A${'a'.repeat(64)}`, 'app', `/v2/app/blobs/${DIGEST}`],
    ['GET', '/v2/a/manifests/b/manifests/c', 'a/manifests/b', '/v2/a/manifests/b/manifests/c'],
    ['GET', '/v2/a%2Fmanifests%2Fb/tags/list', 'a/manifests/b', '/v2/a/manifests/b/tags/list'],
    ['GET', '/v2/a/blobs/uploads/manifests/v1', 'a/blobs/uploads', '/v2/a/blobs/uploads/manifests/v1'],
    ['POST', '/v2/a/blobs/uploads/?from=mine&from=theirs', 'a', '/v2/a/blobs/uploads/?from=mine'],
    ['POST', '/v2/a/blobs/uploads/?fr%6Fm=mine', 'a', '/v2/a/blobs/uploads/?from=mine'],
  ])('%s %s', (method, url, name, enginePath) => {
    expect(parseV2(method, url)).toMatchObject({ name, enginePath });
  });
});

describe('whatever is not of the grammar is refused', () => {
  test.each([
    ['GET', '/v2/../debug/vars', 'NAME_UNKNOWN'],
    ['GET', '/v2/../v2/b/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a/../b/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a/%2e%2e/b/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a/..%2fb/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a%252Fb/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a//b/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2//a/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a/manifests//v1', 'NAME_UNKNOWN'],
    ['GET', '/v2//manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/Team/App/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a\\b/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a%00/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a%0d%0ax/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/%zz/manifests/v1', 'NAME_INVALID'],
    ['GET', `/v2/${'a'.repeat(256)}/manifests/v1`, 'NAME_INVALID'],
    ['GET', '/v2/-a/tags/list', 'NAME_INVALID'],
    ['GET', '/v2/a___b/tags/list', 'NAME_INVALID'],
    ['GET', '/v2/_catalog/', 'NAME_UNKNOWN'],
    ['GET', '/v2/a/tags/', 'NAME_UNKNOWN'],
    ['GET', '/v2/a', 'NAME_UNKNOWN'],
    ['GET', '/v2/a/manifests/.x', 'MANIFEST_UNKNOWN'],
    ['PUT', '/v2/a/manifests/.x', 'TAG_INVALID'],
    ['PUT', `/v2/a/manifests/${'a'.repeat(129)}`, 'TAG_INVALID'],
    ['PUT', '/v2/a/manifests/v1%3Fx=1', 'TAG_INVALID'],
    ['GET', '/v2/a/manifests/sha256:abc', 'DIGEST_INVALID'],
    ['GET', '/v2/a/blobs/latest', 'DIGEST_INVALID'],
    ['GET', `/v2/a/blobs/sha256:${'A'.repeat(64)}`, 'DIGEST_INVALID'],
    ['GET', `/v2/a/blobs/md5:${'a'.repeat(32)}`, 'DIGEST_INVALID'],
    ['GET', '/v2/a/referrers/v1', 'DIGEST_INVALID'],
    ['PATCH', '/v2/a/blobs/uploads/..', 'NAME_UNKNOWN'],
    ['POST', `/v2/a/blobs/uploads/?mount=${DIGEST}&from=../b`, 'NAME_INVALID'],
    ['POST', `/v2/a/blobs/uploads/?mount=${DIGEST}&from=%zz&from=b`, 'NAME_INVALID'],
    ['POST', `/v2/a/blobs/uploads/?mount=${DIGEST}&from=b;x`, 'NAME_INVALID'],
    ['POST', '/v2/', 'UNSUPPORTED'],
    ['PATCH', '/v2/a/manifests/v1', 'UNSUPPORTED'],
    ['PUT', '/v2/a/blobs/uploads/', 'UNSUPPORTED'],
    ['CONNECT', '/v2/a/manifests/v1', 'UNSUPPORTED'],
  ])('%s %s is %s', (method, url, code) => {
    expect(() => parseV2(method, url)).toThrow(expect.objectContaining({ constructor: OciError, code }));
  });
});
