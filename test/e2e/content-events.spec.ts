import { expect, test } from 'vitest';
import { ContentEvents, type EventFollower } from '../../src/content/content-events.js';
import type { ContentEvent } from '../../src/content/content-event.entity.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { randomImage } from '../support/oci-client.js';

const { edge, opened } = loginServers();

type Row = Pick<ContentEvent, 'action' | 'repository' | 'tag' | 'digest' | 'mediaType' | 'sizeBytes'>;

const rowsOf = ({ registry }: GivenRegistry) =>
  edge().sql<Row>(
    `select action, repository, tag, digest, media_type as "mediaType", size_bytes as "sizeBytes"
       from content_events where registry_id = $1 order by sequence`,
    [registry.id],
  );

test('what happens to content is written down in its order', async () => {
  const { given, client } = await opened();
  const one = await pushImage(client, 'team/app', 'v1', 'latest');
  const two = await pushImage(client, 'team/app');
  await client.send('DELETE', '/v2/team/app/manifests/latest');
  await client.send('DELETE', `/v2/team/app/manifests/${one.digest}`);
  await client.send('DELETE', `/v2/team/app/manifests/${one.digest}`);
  await client.send('DELETE', '/acr/v1/team%2Fapp');
  await client.send('DELETE', '/acr/v1/team/app');
  const of = ({ digest, size }: typeof one) => ({
    repository: 'team/app',
    tag: null,
    digest,
    mediaType: MANIFEST_TYPE,
    sizeBytes: String(size),
  });
  expect(await rowsOf(given)).toEqual([
    { action: 'push', ...of(one), tag: 'v1' },
    { action: 'push', ...of(one), tag: 'latest' },
    { action: 'push', ...of(two) },
    { action: 'untag', ...of(one), tag: 'latest' },
    { action: 'delete', ...of(one) },
    { action: 'delete', ...of(two) },
  ]);
});

test('with who did it, from where, and which engine took it', async () => {
  const { given, client } = await opened();
  await pushImage(client, 'a', 'v1');
  const [event] = await edge().sql<ContentEvent>(
    `select instance_name as "instanceName", actor, request from content_events where registry_id = $1`,
    [given.registry.id],
  );
  expect(event).toEqual({
    instanceName: given.registry.instanceName,
    actor: given.user,
    request: {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      host: given.loginServer,
      method: 'PUT',
      userAgent: '',
      address: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$|^::1$/) as string,
    },
  });
});

test('what follows from a push is written with it, or the push is refused and nothing of it is written', async () => {
  const { given, client } = await opened();
  const told: string[] = [];
  const broken: EventFollower = (tx, { ids }) => {
    told.push(...ids);
    return tx.count({ name: '', text: 'select 1 / 0' });
  };
  edge()
    .get(ContentEvents)
    .follow((tx, events) =>
      events.registryId === given.registry.id && told.length === 0 ? broken(tx, events) : Promise.resolve(),
    );
  const { status, json } = await refusedPush();
  expect([status, json]).toEqual([503, { errors: [expect.objectContaining({ code: 'UNAVAILABLE' })] }]);
  expect(told).toHaveLength(1);
  expect(await rowsOf(given)).toEqual([]);
  expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
  await pushImage(client, 'a', 'v1');
  expect(await rowsOf(given)).toHaveLength(1);

  async function refusedPush() {
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) await client.pushBlob('a', blob);
    return client.putManifest('a', 'v0', manifest);
  }
});
