import { afterAll, beforeAll, expect, it } from 'vitest';
import { edgeProcesses, type EdgeProcess, type EdgeProcesses } from '../support/edge-processes.js';
import { until } from '../support/until.js';

const NAME = 'ratesplit1';
const GROUP = 'rates';
const REGISTRY = `/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
const VERSION = '?api-version=2025-11-01';
/** Of a Basic registry, in a minute, at half of what ACR does; and what one identity may have of it. */
const READS = 500;
const RATE_PERCENT = '50';
const SHARE = 0.8;
const LOOPS = 3;
const TOO_MANY = 429;

let processes: EdgeProcesses;
let edges: readonly EdgeProcess[];

beforeAll(async () => {
  processes = await edgeProcesses({ BERTH_REGISTRY_RATE_PERCENT: RATE_PERCENT });
  edges = [await processes.start('api,edge,worker'), await processes.start('api,edge')];
}, 120_000);
afterAll(() => processes?.stop());

async function arm(method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
  const answer = await processes.arm(method, GROUP, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const ask = (process: number, path: string, authorization: string) => edges[process]!.ask(NAME, path, authorization);

/** A registry, and what its admin user and a token of it send for `Authorization`. */
async function twoIdentities(): Promise<readonly [string, string]> {
  await arm('PUT', '?api-version=2021-04-01', { location: 'westeurope' });
  const settings = { location: 'westeurope', sku: { name: 'Basic' }, properties: { adminUserEnabled: true } };
  await arm('PUT', REGISTRY + VERSION, settings);
  await until(async () => {
    const { properties } = await arm('GET', REGISTRY + VERSION);
    return (properties as { provisioningState: string }).provisioningState === 'Succeeded';
  });
  const id = `/subscriptions/${edges[0]!.service.subscriptionId}/resourceGroups/${GROUP}${REGISTRY}`;
  const properties = { scopeMapId: `${id}/scopeMaps/_repositories_pull` };
  await arm('PUT', `${REGISTRY}/tokens/reader${VERSION}`, { properties });
  const generated = await arm('POST', `${REGISTRY}/generateCredentials${VERSION}`, { tokenId: `${id}/tokens/reader` });
  const admin = await arm('POST', `${REGISTRY}/listCredentials${VERSION}`);
  const bearer = async (user: string, { passwords }: Readonly<Record<string, unknown>>) => {
    const password = (passwords as { value: string }[])[0]?.value ?? '';
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const { body } = await ask(0, '/oauth2/token?scope=repository:a:pull', basic);
    return `Bearer ${String(body['access_token'])}`;
  };
  return Promise.all([bearer(NAME, admin), bearer('reader', generated)]);
}

it('two processes under load let through what one limit allows, within 5 %', async () => {
  const identities = await twoIdentities();
  const begunAt = performance.now();
  const had = [0, 0];
  let refused = 0;
  // Until what the registry held has gone, and then a tenth of it as it came back.
  const isEnough = () => had[0]! + had[1]! >= READS * 1.1 && refused >= READS / 5;
  const load = async (process: number, who: 0 | 1) => {
    while (!isEnough()) {
      const { status } = await ask(process, '/v2/a/tags/list', identities[who]);
      if (status === TOO_MANY) refused++;
      else if (status === 404) had[who]!++;
      else throw new Error(`A request was answered ${status}.`);
    }
  };
  await Promise.all(
    [0, 1].flatMap((process) =>
      ([0, 1] as const).flatMap((who) => Array.from({ length: LOOPS }, () => load(process, who))),
    ),
  );
  const minutes = (performance.now() - begunAt) / 60_000;
  const allowed = READS * (1 + minutes);
  const together = had[0]! + had[1]!;
  expect(together / allowed).toBeGreaterThan(0.95);
  expect(together / allowed).toBeLessThan(1.05);
  for (const each of had) expect(each / (allowed * SHARE)).toBeLessThan(1.05);
}, 120_000);
