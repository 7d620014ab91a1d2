import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp, type GivenGroup, type Json } from '../support/arm-app.js';
import type { Answer, Exchange } from '../support/arm-exchange.js';
import { hasOfficialDescriptions } from '../support/official-descriptions.js';
import { operationsOf, type Described } from './description.js';
import { enumFindings, followed, pathOf, requestFindings } from './exchange.js';
import { NOT_SERVED } from './not-served.js';
import { actionBodiesIn, completed, samplesIn, type Sample, type World } from './samples.js';

/** Groups in the order in which their resources need one another. */
const ORDER = [
  'Operations',
  'Registries',
  'ScopeMaps',
  'Tokens',
  'CredentialSets',
  'CacheRules',
  'Webhooks',
  'Replications',
  'PrivateEndpointConnections',
  'ConnectedRegistries',
];

/** Operations that are begun and then fail, and with what: no registry can be asked here. */
const FAILING: Readonly<Record<string, string>> = {
  Registries_ImportImage: 'InvalidParameters',
};

const PHASES = ['PUT', 'GET', 'PATCH', 'POST', 'DELETE'];

/** What is made comes first, what is deleted last, the resources above before and after those below. */
function inOrder(operations: readonly Described[]): readonly Described[] {
  const rank = ({ group, method }: Described) => {
    const place = ORDER.indexOf(group);
    return PHASES.indexOf(method) * 100 + (method === 'DELETE' ? 99 - place : place);
  };
  return operations.toSorted((one, other) => rank(one) - rank(other));
}

function answerFindings({ status, body }: Answer<Json>, { answers }: Described): readonly string[] {
  return [
    ...(answers.has(String(status)) ? [] : [`it answered ${status} ${JSON.stringify(body)}`]),
    ...enumFindings(answers.get(String(status)), body),
  ];
}

describe.runIf(hasOfficialDescriptions).each(Object.keys(API_VERSIONS))('the official description of %s', (version) => {
  let app: ArmApp;
  let group: GivenGroup;
  let world: World;
  let samples: Readonly<Record<string, Sample>>;
  let last: Exchange | undefined;

  beforeAll(async () => {
    app = await armApp({
      onExchange: (exchange) => {
        last = exchange;
      },
    });
    group = await app.given.group();
    const registryPath = `${group.path}/providers/Microsoft.ContainerRegistry/registries/conform1`;
    world = { registryPath, credentialSetId: `${registryPath}/credentialSets/credential-set-1` };
    samples = samplesIn(world);
  });
  afterAll(() => app?.close());

  const operations = hasOfficialDescriptions ? operationsOf(version) : [];
  const served = operations.filter(({ group: of }) => !NOT_SERVED.includes(of));

  async function run({ id, method, path, group: of, body }: Described) {
    const absent = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'anything1'] as const);
    const names: Readonly<Record<string, string>> = {
      ...Object.fromEntries(absent.filter(() => NOT_SERVED.includes(of))),
      subscriptionId: group.subscription.id,
      resourceGroupName: group.name,
      groupName: 'registry',
      ...Object.fromEntries(Object.values(samples).map(({ parameter, name }) => [parameter, name])),
    };
    const sample = samples[of];
    const sent = !body
      ? undefined
      : method === 'POST'
        ? actionBodiesIn(world)[id]
        : sample && completed(body, method === 'PUT' ? sample.minimal : sample.patch, sample);
    return app.request(method, pathOf({ path }, names), sent, { apiVersion: version });
  }

  it.each(inOrder(served).map((operation) => [operation.id, operation] as const))('%s', async (id, operation) => {
    const answer = await run(operation);
    expect([
      ...answerFindings(answer, operation),
      ...(last ? await requestFindings(last) : ['nothing was sent']),
    ]).toEqual([]);
    await followed(app, answer, FAILING[id]);
  });

  it('has nothing else that is answered', async () => {
    for (const operation of operations.filter(({ group: of }) => NOT_SERVED.includes(of))) {
      const { status, body } = await run(operation);
      expect([operation.id, status, body['error']]).toEqual([
        operation.id,
        404,
        expect.objectContaining({ code: 'InvalidResourceType' }),
      ]);
    }
  });
});
