import { expect } from 'vitest';
import { basic, OciClient, randomImage } from '../../support/oci-client.js';
import type { Stage, Trial } from './stage.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
const TAG = { repository: 'logins/app', tag: 'v1' };

interface Exposed {
  readonly accessToken: string;
  readonly loginServer: string;
}

interface Generated {
  readonly credentials: { readonly passwords: readonly { readonly value: string }[] };
}

/** What docker does with the password that az gives it. */
async function pushAs({ service }: Stage, { accessToken, loginServer }: Exposed): Promise<number> {
  const asking = new OciClient(`https://${loginServer}`, service.ca, basic(REFRESH_USER, accessToken));
  const scope = encodeURIComponent(`repository:${TAG.repository}:pull,push`);
  const { json } = await asking.send('GET', `/oauth2/token?service=${loginServer}&scope=${scope}`);
  await asking.close();
  const bearer = `Bearer ${(json as { access_token: string }).access_token}`;
  const pushing = new OciClient(`https://${loginServer}`, service.ca, bearer);
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) await pushing.pushBlob(TAG.repository, blob);
  const { status } = await pushing.putManifest(TAG.repository, TAG.tag, manifest);
  await pushing.close();
  return status;
}

export const LOGINS: readonly Trial[] = [
  [
    'az acr login --expose-token gives what docker pushes with, and az acr repository lists what was pushed',
    async (stage) => {
      const { az, registry } = stage;
      const exposed = (await az.run(`acr login -n ${registry} --expose-token`)) as Exposed;
      expect(await pushAs(stage, exposed)).toBe(201);
      expect(await az.run(`acr repository list -n ${registry}`)).toContain(TAG.repository);
    },
  ],
  [
    'az acr repository reads with a token what the scope map gives, and not the names of all',
    async ({ az, registry }) => {
      const create = `acr token create -n azreader -r ${registry} --repository ${TAG.repository} content/read metadata/read`;
      const { credentials } = (await az.run(create)) as Generated;
      const login = `-u azreader -p ${credentials.passwords[0]?.value}`;
      const shown = `acr repository show-tags -n ${registry} --repository ${TAG.repository} ${login}`;
      expect(await az.run(shown)).toEqual([TAG.tag]);
      expect(await az.refused(`acr repository list -n ${registry} ${login}`)).toContain('authentication required');
      await az.run(`acr token update -n azreader -r ${registry} --status disabled`);
      expect(await az.refused(shown)).toContain('was denied');
      await az.run(`acr token delete -n azreader -r ${registry} --yes`);
    },
  ],
];
