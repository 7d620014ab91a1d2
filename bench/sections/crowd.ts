import { Agent, request } from 'undici';
import { withClient } from '../bench-database.js';
import { filledIn } from '../load/load.js';
import type { Finding } from '../report.js';
import { childUrl, SCOPE_MAP_BODY, WEBHOOK_BODY } from '../requests.js';
import { fill } from '../rows.repository.js';
import { startService, type Service } from '../service.js';
import { median } from '../statistics.js';
import type { Stage } from './stage.js';
import { SETTINGS } from './tables.js';

const CLIENTS = 500;
const AIM_MS = 2_000;
const REGISTRIES = 1_000;

const CREATED = [
  { what: 'a webhook', type: 'webhooks', body: WEBHOOK_BODY },
  { what: 'a scope map', type: 'scopeMaps', body: SCOPE_MAP_BODY },
] as const;

/** 500 clients, each on a connection of its own, that create something below one registry at once. */
export async function crowd(stage: Stage): Promise<readonly Finding[]> {
  const databaseUrl = await stage.database.create('crowd');
  const service = await startService({ folder: await stage.folder('crowd'), databaseUrl, settings: SETTINGS });
  stage.atEnd('the service with the crowd', service.stop);
  await withClient(databaseUrl, (client) => fill(client, service.subscriptionId, REGISTRIES));

  const findings: Finding[] = [];
  for (const [at, { what, type, body }] of CREATED.entries()) {
    const slowest: number[] = [];
    for (let round = 0; round < stage.options.rounds; round++) {
      const registry = at * stage.options.rounds + round;
      slowest.push(Math.max(...(await durationsOf(service, registry, type, body))));
    }
    findings.push({
      what: `${CLIENTS} clients that create ${what} below one registry at once: the slowest answer`,
      measured: `${median(slowest).toFixed(0)} ms`,
      aim: { text: `≤ ${AIM_MS} ms`, isMet: Math.max(...slowest) <= AIM_MS },
    });
  }
  return findings;
}

/** How long each client waited. @throws when one was refused; the SKU allows as many. */
async function durationsOf(service: Service, registry: number, type: string, body: string): Promise<number[]> {
  const agent = new Agent();
  const { endpoint, subscriptionId, headers } = service;
  try {
    return await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const url = filledIn(childUrl(endpoint, subscriptionId, type, `client${client}`), registry);
        const startedAt = performance.now();
        const answer = await request(url, { method: 'PUT', headers, body, dispatcher: agent });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${url} was answered ${answer.statusCode}: ${text}`);
        return performance.now() - startedAt;
      }),
    );
  } finally {
    await agent.close();
  }
}
