import { expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

const { edge, opened } = loginServers();

test('where something is hidden, what is pulled is what the index says, whatever the engine has', async () => {
  const { given, client } = await opened();
  const one = await pushImage(client, 'a', 'v1');
  const two = await pushImage(client, 'a', 'v2');
  const pulled = async (reference: string) => {
    const { status, headers } = await client.send('GET', `/v2/a/manifests/${reference}`, {
      headers: { accept: MANIFEST_TYPE },
    });
    return [status, headers['docker-content-digest']];
  };
  await edge().sql(
    `update image_tags set digest = $2 where name = 'v2' and repository_id in
    (select id from repositories where registry_id = $1)`,
    [given.registry.id, one.digest],
  );
  await edge().sql(
    `delete from manifests where digest = $2 and repository_id in
    (select id from repositories where registry_id = $1)`,
    [given.registry.id, two.digest],
  );
  expect(await pulled('v2')).toEqual([200, two.digest]);
  await edge().sql('update registry_contents set has_hidden = true where registry_id = $1', [given.registry.id]);
  expect(await pulled('v2')).toEqual([200, one.digest]);
  expect(await pulled(one.digest)).toEqual([200, one.digest]);
  for (const reference of [two.digest, 'v3'])
    expect(refusalOf(await client.send('GET', `/v2/a/manifests/${reference}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
});
