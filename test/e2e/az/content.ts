import { expect } from 'vitest';
import { basic, OciClient, randomImage, sha256 } from '../../support/oci-client.js';
import { until } from '../../support/until.js';
import { webhookReceiver } from '../../support/webhook-receiver.js';
import type { Stage, Trial } from './stage.js';

/** Pushes images as the admin user. Answers their digests. */
async function push({ az, service, registry }: Stage, ...names: readonly string[]): Promise<string[]> {
  const { loginServer } = (await az.run(`acr update -n ${registry} --admin-enabled true`)) as { loginServer: string };
  const { username, passwords } = (await az.run(`acr credential show -n ${registry}`)) as {
    readonly username: string;
    readonly passwords: readonly { readonly value: string }[];
  };
  const client = new OciClient(`https://${loginServer}`, service.ca, basic(username, passwords[0]?.value ?? ''));
  const digests: string[] = [];
  for (const [repository = '', tag = ''] of names.map((name) => name.split(':'))) {
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
    expect((await client.putManifest(repository, tag, manifest)).status).toBe(201);
    digests.push(sha256(manifest));
  }
  await client.close();
  return digests;
}

export const CONTENT: readonly Trial[] = [
  [
    'az acr repository and manifest list what was pushed, and show it',
    async (stage) => {
      const { az, registry } = stage;
      const [one, two] = await push(stage, 'team/app:v1', 'team/app:v2', 'web:v1');
      expect(await az.run(`acr repository list -n ${registry}`)).toEqual(['team/app', 'web']);
      expect(await az.run(`acr repository list -n ${registry} --top 1`)).toEqual(['team/app']);
      const tags = `acr repository show-tags -n ${registry} --repository team/app`;
      expect(await az.run(tags)).toEqual(['v1', 'v2']);
      expect(await az.run(`${tags} --orderby time_desc --detail --top 1`)).toMatchObject([{ name: 'v2', digest: two }]);
      const show = `acr repository show -n ${registry}`;
      expect(await az.run(`${show} --repository team/app`)).toMatchObject({
        imageName: 'team/app',
        manifestCount: 2,
        tagCount: 2,
      });
      expect(await az.run(`${show} --image team/app:v1`)).toMatchObject({ name: 'v1', digest: one });
      expect(await az.run(`${show} --image team/app@${one}`)).toMatchObject({ digest: one, tags: ['v1'] });
      const manifests = `acr manifest list-metadata -r ${registry} -n team/app --orderby time_asc`;
      expect(await az.run(manifests)).toMatchObject([
        { digest: one, tags: ['v1'], architecture: 'amd64', os: 'linux' },
        { digest: two, tags: ['v2'] },
      ]);
      expect(await az.run(`acr manifest show -r ${registry} -n team/app:v1`)).toMatchObject({ schemaVersion: 2 });
    },
  ],
  [
    'az acr repository changes attributes, untags and deletes',
    async (stage) => {
      const { az, registry } = stage;
      await push(stage, 'mine:v1', 'mine:v2', 'mine:v3');
      const of = (command: string) => `acr repository ${command} -n ${registry}`;
      expect(await az.run(`${of('update')} --image mine:v1 --write-enabled false`)).toMatchObject({
        changeableAttributes: { writeEnabled: false, deleteEnabled: true },
      });
      expect(await az.refused(`${of('delete')} --image mine:v1 --yes`)).toContain('is disallowed');
      expect(await az.refused(`${of('delete')} --repository mine --yes`)).toContain('is disallowed');
      await az.run(`${of('update')} --image mine:v1 --write-enabled true`);
      await az.run(`${of('untag')} --image mine:v3`);
      expect(await az.run(`${of('show-tags')} --repository mine`)).toEqual(['v1', 'v2']);
      await az.run(`${of('delete')} --image mine:v1 --yes`);
      expect(await az.run(`${of('show-tags')} --repository mine`)).toEqual(['v2']);
      const deleted = (await az.run(`${of('delete')} --repository mine --yes`)) as Record<string, readonly string[]>;
      expect(deleted['tagsDeleted']).toEqual(['v2']);
      expect(deleted['manifestsDeleted']).toHaveLength(2);
      expect(await az.run(of('list'))).not.toContain('mine');
    },
  ],
  [
    'az acr webhook tells a receiver of a push, and lists what came of it',
    async (stage) => {
      const { az, registry } = stage;
      const receiver = await webhookReceiver(() => ({ status: 202, body: 'taken' }));
      const webhook = (rest: string) => az.run(`acr webhook ${rest} -r ${registry}`);
      await webhook(`create -n azpush --uri ${receiver.origin}/hook --actions push --scope hooked:*`);
      const [, digest] = await push(stage, 'unheard:v1', 'hooked:v1');
      await until(() => receiver.received.length > 0);
      const told = { action: 'push', target: { repository: 'hooked', tag: 'v1', digest }, request: { method: 'PUT' } };
      expect(receiver.received.map(({ path, body }) => ({ path, body: JSON.parse(body) as unknown }))).toMatchObject([
        { path: '/hook', body: told },
      ]);
      const listed = async () =>
        (await webhook('list-events -n azpush')) as readonly Readonly<Record<string, unknown>>[];
      // It is written down once the receiver has answered, which it has just done.
      await until(async () => (await listed())[0]?.['eventResponseMessage'] != null);
      expect(await listed()).toMatchObject([
        {
          eventRequestMessage: { method: 'POST', requestUri: `${receiver.origin}/[secret]`, content: told },
          eventResponseMessage: { statusCode: '202', content: 'taken' },
        },
      ]);
      await webhook('delete -n azpush');
      await receiver.close();
    },
  ],
  [
    'az acr import brings an image under other names, and moves no tag unless it is to',
    async (stage) => {
      const { az, registry, registryId } = stage;
      const [first, second] = await push(stage, 'origin:v1', 'origin:v2');
      const copy = (more: string) => `acr import -n ${registry} --registry ${registryId} ${more}`;
      await az.run(copy('--source origin:v1 -t copied/one:a -t copied/two'));
      const shown = (image: string) => az.run(`acr repository show -n ${registry} --image ${image}`);
      expect([await shown('copied/one:a'), await shown('copied/two:v1')]).toMatchObject([
        { digest: first },
        { digest: first },
      ]);
      const again = copy('--source origin:v2 -t copied/one:a');
      expect(await az.refused(again)).toContain('(Conflict) Tag copied/one:a already exists in target registry');
      await az.run(`${again} --force`);
      expect(await shown('copied/one:a')).toMatchObject({ digest: second });
    },
  ],
  [
    'az acr lists what was deleted, and restores it',
    async (stage) => {
      const { az, registry } = stage;
      await az.run(`acr config soft-delete update -r ${registry} --status enabled --days 8 --yes`);
      const [one, two] = await push(stage, 'lost:v1', 'lost:v2');
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
      const times = { createdAt: time, deletedAt: time, expiresAfter: time };
      const of = (command: string) => az.run(`acr manifest ${command} -r ${registry}`);
      await az.run(`acr repository delete -n ${registry} --image lost:v1 --yes`);
      expect(await of('list-deleted -n lost')).toEqual([expect.objectContaining({ digest: one, ...times })]);
      expect(await of('list-deleted-tags -n lost:v1')).toEqual([{ tag: 'v1', digest: one, ...times }]);
      expect(await of('restore -n lost:v1 --yes')).toMatchObject({ manifest: { digest: one, tags: ['v1'] } });
      await az.run(`acr repository untag -n ${registry} --image lost:v2`);
      await az.run(`acr manifest restore -r ${registry} -n lost:v2 -d ${two}`);
      expect(await az.run(`acr repository show-tags -n ${registry} --repository lost`)).toEqual(['v1', 'v2']);
      await az.run(`acr repository delete -n ${registry} --repository lost --yes`);
      const repositories = (await az.run(`acr repository list-deleted -n ${registry}`)) as readonly object[];
      expect(repositories).toContainEqual({ repository: 'lost', createdAt: time, deletedAt: time });
      const restored = await az.run(`acr manifest restore -r ${registry} -n lost:v2 --force --yes`);
      expect(restored).toMatchObject({ manifest: { digest: two, tags: ['v2'] } });
    },
  ],
];
