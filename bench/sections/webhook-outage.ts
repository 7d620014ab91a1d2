import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../report.js';
import { openHookedRegistry } from '../webhooks/hooked-registry.js';
import { watch } from '../webhooks/watch.js';
import type { Stage } from './stage.js';

const REGISTRY = 'outage';
const REPOSITORY = 'all';
const WEBHOOKS = 200;
/** Between pushes: 200 deliveries each second. */
const PUSH_EVERY_MS = 1_000;
/** Before the receivers leave, and after they are back. */
const WELL_MS = 20_000;
const MINUTE_MS = 60_000;
/** The wait before the next attempt is at most 2.6 times as long as all that it was away; and all has to be sent then. */
const PATIENCE = 4;
const DIGITS = 6;

/** All receivers are away for minutes while pushes go on: how much is lost, and what it costs. */
export async function webhookOutage(stage: Stage): Promise<readonly Finding[]> {
  const outageMs = stage.options.outageMinutes * MINUTE_MS;
  const registry = await openHookedRegistry(stage, REGISTRY, [REPOSITORY]);
  const { receiver, push, hook } = registry;
  for (let nth = 0; nth < WEBHOOKS; nth++) await hook(`hook${nth}`, REPOSITORY);
  const done = new AbortController();
  const watching = watch(registry, stage.database.urlOf(REGISTRY), done.signal);

  let pushes = 0;
  const pushFor = async (ms: number) => {
    const begunAt = performance.now();
    for (let at = begunAt; at < begunAt + ms; at += PUSH_EVERY_MS) {
      await pause(Math.max(0, at - performance.now()));
      await push(REPOSITORY, `v${String(pushes).padStart(DIGITS, '0')}`);
      pushes++;
    }
  };
  await pushFor(WELL_MS);
  await receiver.leave();
  await pushFor(outageMs);
  const before = await receiver.taken();
  await receiver.return();
  const backAt = performance.timeOrigin + performance.now();
  await pushFor(WELL_MS);
  const all = pushes * WEBHOOKS;
  const { count, deliveries, told, refused, disordered, lastAt } = await receiver.until(
    all,
    outageMs * PATIENCE + MINUTE_MS,
  );
  done.abort();
  const windows = await watching;
  const resident = windows.map((window) => window.residentMegabytes);
  return [
    {
      what: `Receivers of ${WEBHOOKS} webhooks are away for ${stage.options.outageMinutes} min, with a push each second`,
      measured: `${told} of ${all} arrived, ${deliveries - told} of them under two ids, ${disordered} out of order, ${count - deliveries} twice under one id; ${refused} attempts while they were away`,
      aim: { text: 'none lost', isMet: told === all && deliveries === told },
    },
    {
      what: 'The last of them after the receivers were back, and the highest resident memory',
      measured: `${((lastAt - backAt) / 1000).toFixed(0)} s for ${all - before.deliveries}, ${Math.max(...resident).toFixed(0)} MB (${resident[0]?.toFixed(0)} MB before)`,
    },
  ];
}
