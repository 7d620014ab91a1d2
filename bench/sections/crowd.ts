import { Agent, request } from 'undici';
import { withClient } from '../bench-database.js';
import { filledIn } from '../load/load.js';
import type { Finding } from '../report.js';
import { childUrl, registryUrl, SCOPE_MAP_BODY, WEBHOOK_BODY } from '../requests.js';
import { fill } from '../rows.repository.js';
import { startService, type Service } from '../service.js';
import { median } from '../statistics.js';
import type { Stage } from './stage.js';
import { SETTINGS } from './tables.js';

const CLIENTS = 500;
const AIM_MS = 2_000;
const REGISTRIES = 1_000;
const REGIONS = Array.from({ length: 40 }, (_, index) => `region${index}`);

/** What each client asks, and what it may be answered. */
interface Kind {
  readonly what: string;
  readonly method: 'PUT' | 'PATCH';
  /** `type/name` of what lies below the registry; undefined for the registry itself. */
  readonly childOf: (client: number) => string | undefined;
  readonly bodyOf: (client: number, registryPath: string) => string;
  readonly statuses: readonly number[];
}

const SCOPE_MAP: Kind = {
  what: 'create a scope map below',
  method: 'PUT',
  childOf: (client) => `scopeMaps/client${client}`,
  bodyOf: () => SCOPE_MAP_BODY,
  statuses: [200],
};

const KINDS: readonly Kind[] = [
  {
    what: 'create a webhook below',
    method: 'PUT',
    childOf: (client) => `webhooks/client${client}`,
    bodyOf: () => WEBHOOK_BODY,
    statuses: [200],
  },
  SCOPE_MAP,
  {
    what: 'create a token below',
    method: 'PUT',
    childOf: (client) => `tokens/client${client}`,
    bodyOf: (_, registry) => JSON.stringify({ properties: { scopeMapId: `${registry}/scopeMaps/client0` } }),
    statuses: [200],
  },
  // Those who share a region with another one are told that it is being made.
  {
    what: 'create a replication below',
    method: 'PUT',
    childOf: (client) => `replications/${REGIONS[client % REGIONS.length]}`,
    bodyOf: (client) => JSON.stringify({ location: REGIONS[client % REGIONS.length] }),
    statuses: [201, 409],
  },
  {
    what: 'set an IP rule of',
    method: 'PATCH',
    childOf: () => undefined,
    bodyOf: (client) => {
      const ipRules = [{ value: `203.0.${Math.floor(client / 250)}.${client % 250}` }];
      return JSON.stringify({ properties: { networkRuleSet: { defaultAction: 'Deny', ipRules } } });
    },
    statuses: [200],
  },
];

/** 500 clients, each on a connection of its own, that change one registry or what lies below it at once. */
export async function crowd(stage: Stage): Promise<readonly Finding[]> {
  const databaseUrl = await stage.database.create('crowd');
  const settings = { ...SETTINGS, BERTH_REGIONS: ['westeurope', ...REGIONS].join(',') };
  const service = await startService({ folder: await stage.folder('crowd'), databaseUrl, settings });
  stage.atEnd('the service with the crowd', service.stop);
  await withClient(databaseUrl, (client) => fill(client, service.subscriptionId, REGISTRIES));

  const findings: Finding[] = [];
  for (const [at, kind] of KINDS.entries()) {
    const slowest: number[] = [];
    for (let round = 0; round < stage.options.rounds; round++) {
      const registry = at * stage.options.rounds + round;
      // Tokens refer to it, and the filled table has none of those that every registry is made with.
      await ask(service, service.agent, registry, SCOPE_MAP, 0);
      slowest.push(Math.max(...(await durationsOf(service, registry, kind))));
    }
    findings.push({
      what: `${CLIENTS} clients that ${kind.what} one registry at once: the slowest answer`,
      measured: `${median(slowest).toFixed(0)} ms`,
      aim: { text: `≤ ${AIM_MS} ms`, isMet: Math.max(...slowest) <= AIM_MS },
    });
  }
  return findings;
}

/** How long each client waited. */
async function durationsOf(service: Service, registry: number, kind: Kind): Promise<number[]> {
  const agent = new Agent();
  try {
    return await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const startedAt = performance.now();
        await ask(service, agent, registry, kind, client);
        return performance.now() - startedAt;
      }),
    );
  } finally {
    await agent.close();
  }
}

/** @throws when the client was answered what nobody should be. */
async function ask(
  { endpoint, subscriptionId, headers }: Service,
  dispatcher: Agent,
  registry: number,
  { method, childOf, bodyOf, statuses }: Kind,
  client: number,
): Promise<void> {
  const [type, name] = childOf(client)?.split('/') ?? [];
  const ofRegistry = registryUrl(endpoint, subscriptionId);
  const url = filledIn(type && name ? childUrl(endpoint, subscriptionId, type, name) : ofRegistry, registry);
  const { pathname } = new URL(filledIn(ofRegistry, registry));
  const answer = await request(url, { method, headers, body: bodyOf(client, pathname), dispatcher });
  const text = await answer.body.text();
  if (!statuses.includes(answer.statusCode)) throw new Error(`${url} was answered ${answer.statusCode}: ${text}`);
}
