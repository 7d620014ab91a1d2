import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCacheRule } from '../support/cache-rules.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { followedRegistry, type FollowedRegistry } from '../support/followed-registry.js';
import { sha256, type OciClient } from '../support/oci-client.js';
import { INDEX_TYPE, loginServers, pushImage, type Opened } from '../support/oci-registry.js';

const { edge, opened } = loginServers({ BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1', BERTH_CACHE_REVALIDATE_SECONDS: '60' });
const ACCEPT = { headers: { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` } };

let upstream: FollowedRegistry;

beforeAll(async () => {
  upstream = await followedRegistry();
});
afterAll(() => upstream?.close());

/** A registry with a rule for a repository of its own upstream. */
async function following(source: string, target: string): Promise<Opened> {
  const given = await opened();
  await addCacheRule(edge(), given.given, { source: `${upstream.host}/${source}`, target });
  upstream.asked();
  return given;
}

const manifestOf = (client: OciClient, repository: string, reference: string) =>
  client.send('GET', `/v2/${repository}/manifests/${reference}`, ACCEPT);

describe('a pull from a repository that follows another', () => {
  test('brings the image once, and serves it from then on', async () => {
    const image = await pushImage(upstream.client, 'library/one', 'v1');
    const { client } = await following('library/one', 'hub/one');
    const pulled = await manifestOf(client, 'hub/one', 'v1');
    expect(pulled).toMatchObject({ status: 200, bytes: image.manifest });
    expect(pulled.headers['docker-content-digest']).toBe(image.digest);
    expect((await client.send('GET', `/v2/hub/one/blobs/${sha256(image.layer)}`)).bytes).toEqual(image.layer);
    expect(upstream.asked()).toEqual(
      [
        `GET /v2/library/one/blobs/${sha256(image.config)}`,
        `GET /v2/library/one/blobs/${sha256(image.layer)}`,
        `GET /v2/library/one/manifests/v1`,
      ].toSorted(),
    );
    expect((await manifestOf(client, 'hub/one', 'v1')).status).toBe(200);
    expect((await manifestOf(client, 'hub/one', image.digest)).status).toBe(200);
    expect(upstream.asked()).toEqual([]);
    expect((await client.send('GET', '/v2/hub/one/tags/list')).json).toEqual({ name: 'hub/one', tags: ['v1'] });
  });
});
