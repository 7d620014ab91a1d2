import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { OutboundAgents } from '../../src/outbound/outbound-agents.js';
import { LOOPBACK, OutboundAddresses } from '../../src/outbound/addresses.js';
import { callbackOf } from '../../src/webhooks/callback.js';
import { messageOf } from '../../src/webhooks/event-message.js';
import { post } from '../../src/webhooks/post-event.js';
import { contentOf } from '../../src/webhooks/event-content.js';
import { newSignatureSecrets, signatureOf } from '../../src/webhooks/signature.js';
import type { EventContent } from '../../src/webhooks/webhook-event.entity.js';
import { cpuMicroseconds } from '../process-usage.js';
import type { Finding } from '../report.js';
import { median, quantile } from '../statistics.js';
import { openHookedRegistry } from '../webhooks/hooked-registry.js';
import type { Receiver } from '../webhooks/receiver.js';
import { MANIFEST_TYPE } from './content.js';
import type { Stage } from './stage.js';

const REGISTRY = 'webhooks';
const REPOSITORIES = ['one', 'all'] as const;
const WEBHOOKS = 200;
/** Deliveries of one measurement: pushes, each told to every webhook. */
const PUSHES = 50;
const LATENCY_PUSHES = 100;
const OUTAGE_MS = 3_000;
const LIMIT_MS = 40_000;
const AIMS = { latencyMs: 50, perSecond: 1_000 };
const NEVER = new AbortController().signal;

/** From pushes that were answered to receivers that were told. */
export async function webhooks(stage: Stage): Promise<readonly Finding[]> {
  const { service, receiver, push: pushTo, hook } = await openHookedRegistry(stage, REGISTRY, REPOSITORIES);
  const push = (repository: string) => pushTo(repository, randomUUID());

  await hook('alone', 'one');
  const latencies = await delays(receiver, () => push('one'));
  for (let nth = 0; nth < WEBHOOKS; nth++) await hook(`hook${nth}`, 'all');

  const measured = async (work: () => Promise<unknown>) => {
    await receiver.forget();
    const cpuBefore = await cpuMicroseconds(service.pid);
    await work();
    const { firstAt, lastAt, count, deliveries } = await receiver.until(PUSHES * WEBHOOKS, LIMIT_MS);
    return {
      perSecond: deliveries / ((lastAt - firstAt) / 1000),
      cpuMicros: ((await cpuMicroseconds(service.pid)) - cpuBefore) / deliveries,
      twice: count - deliveries,
    };
  };
  const pushes = async () => {
    for (let nth = 0; nth < PUSHES; nth++) await push('all');
  };
  const sustained = await measured(pushes);
  const floor = await measured(() => posts(receiver));
  const outage = await measured(async () => {
    const pushing = pushes();
    await receiver.until(WEBHOOKS, LIMIT_MS);
    await receiver.leave();
    await Promise.all([pushing, pause(OUTAGE_MS)]);
    await receiver.return();
  });
  const p50 = median(latencies);
  return [
    {
      what: 'Webhook: from a push that is answered to its receiver',
      measured: `p50 ${p50.toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms`,
      aim: { text: `p50 < ${AIMS.latencyMs} ms`, isMet: p50 < AIMS.latencyMs },
    },
    {
      what: `Deliveries to ${WEBHOOKS} webhooks, while their pushes come`,
      measured: `${sustained.perSecond.toFixed(0)}/s, ${sustained.cpuMicros.toFixed(0)} µs CPU of the service`,
      floor: `${floor.perSecond.toFixed(0)}/s`,
      ratio: sustained.perSecond / floor.perSecond,
      aim: { text: `> ${AIMS.perSecond}/s`, isMet: sustained.perSecond > AIMS.perSecond },
    },
    {
      what: `Deliveries when the receiver is away for ${OUTAGE_MS / 1000} s meanwhile`,
      measured: `all ${PUSHES * WEBHOOKS}, ${outage.twice} of them twice`,
      // Were one missing, there would be no figures.
      aim: { text: 'none lost', isMet: true },
    },
  ];
}

/** From the end of each push to its arrival, one push after the other. */
async function delays(receiver: Receiver, push: () => Promise<void>): Promise<number[]> {
  const found: number[] = [];
  for (let nth = 0; nth < LATENCY_PUSHES; nth++) {
    await push();
    const answeredAt = performance.timeOrigin + performance.now();
    const { lastAt } = await receiver.until(nth + 1, LIMIT_MS);
    // It may come before the answer does: both leave at once.
    found.push(Math.max(0, lastAt - answeredAt));
  }
  return found;
}

/** As many messages by the same client, with nothing written down; one after the other to each receiver. */
async function posts({ origin }: Receiver): Promise<void> {
  const agents = new OutboundAgents(new OutboundAddresses(LOOPBACK));
  const secrets = newSignatureSecrets();
  const signed = (body: string) => ({
    'Berth-Delivery': randomUUID(),
    'Berth-Signature': signatureOf(body, secrets, new Date()),
  });
  const posting = Array.from({ length: WEBHOOKS }, async (_, webhook) => {
    const callback = callbackOf({ serviceUri: `${origin}/${webhook}`, customHeaders: {} });
    for (let nth = 0; nth < PUSHES; nth++) await post(messageOf(callback, content(), signed), NEVER, agents);
  });
  await Promise.all(posting);
  agents.close();
}

/** What the service sends of a push. */
function content(): EventContent {
  const id = randomUUID();
  return contentOf({
    id,
    createdAt: new Date(),
    action: 'push',
    happened: 'push',
    repository: 'all',
    tag: id,
    digest: `sha256:${'0'.repeat(64)}`,
    mediaType: MANIFEST_TYPE,
    sizeBytes: '500',
    causedBy: { id, address: '127.0.0.1', host: 'localhost:5100', method: 'PUT', userAgent: 'bench' },
  });
}
