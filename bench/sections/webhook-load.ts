import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicroseconds } from '../process-usage.js';
import type { Finding } from '../report.js';
import { median } from '../statistics.js';
import { openHookedRegistry } from '../webhooks/hooked-registry.js';
import { watch } from '../webhooks/watch.js';
import type { Stage } from './stage.js';

const REGISTRY = 'hookload';
const REPOSITORY = 'all';
const WEBHOOKS = 200;
const PUSHES = 2_400;
/** Clients that push at the same time, as long as not more than so many deliveries are on their way. */
const CLIENTS = 4;
const MAX_BACKLOG = 10 * WEBHOOKS;
const POLL_MS = 20;
const LIMIT_MS = 60_000;
const AIM_PER_SECOND = 1_000;

/** Deliveries for minutes: whether as many come at the end as in the beginning, and nothing grows. */
export async function webhookLoad(stage: Stage): Promise<readonly Finding[]> {
  const registry = await openHookedRegistry(stage, REGISTRY, [REPOSITORY]);
  const { service, receiver, push, hook } = registry;
  for (let nth = 0; nth < WEBHOOKS; nth++) await hook(`hook${nth}`, REPOSITORY);
  const done = new AbortController();
  const watching = watch(registry, stage.database.urlOf(REGISTRY), done.signal);
  const cpuBefore = await cpuMicroseconds(service.pid);
  let begun = 0;
  const client = async () => {
    while (begun < PUSHES) {
      const mostPushes = (await receiver.taken()).deliveries / WEBHOOKS + MAX_BACKLOG / WEBHOOKS;
      if (begun >= mostPushes) await pause(POLL_MS);
      else {
        begun++;
        await push(REPOSITORY, randomUUID());
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const all = begun * WEBHOOKS;
  const { count, deliveries, firstAt, lastAt } = await receiver.until(all, LIMIT_MS);
  const cpuMicros = ((await cpuMicroseconds(service.pid)) - cpuBefore) / deliveries;
  done.abort();
  const windows = await watching;
  const perSecond = deliveries / ((lastAt - firstAt) / 1000);
  const lowest = Math.min(...windows.map((window) => window.perSecond));
  const inThirds = (what: 'residentMegabytes' | 'laneBytes') =>
    thirds(windows)
      .map((some) => median(some.map((one) => one[what] / (what === 'laneBytes' ? 1024 : 1))).toFixed(0))
      .join(', ');
  return [
    {
      what: `${all} deliveries to ${WEBHOOKS} webhooks, while their pushes come`,
      measured: `${perSecond.toFixed(0)}/s in ${((lastAt - firstAt) / 1000).toFixed(0)} s, ${lowest.toFixed(0)}/s in the worst ten seconds, ${cpuMicros.toFixed(0)} µs CPU of the service, ${count - deliveries} twice`,
      aim: { text: `> ${AIM_PER_SECOND}/s`, isMet: perSecond > AIM_PER_SECOND },
    },
    {
      what: 'The same in the first, the second and the last third of them: resident memory, size of the queue’s table',
      measured: `${inThirds('residentMegabytes')} MB; ${inThirds('laneBytes')} kB`,
    },
  ];
}

function thirds<T>(all: readonly T[]): readonly (readonly T[])[] {
  return [0, 1, 2].map((nth) => all.slice((all.length * nth) / 3, (all.length * (nth + 1)) / 3));
}
