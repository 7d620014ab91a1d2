import { setInterval as every } from 'node:timers/promises';
import { withClient } from '../bench-database.js';
import { residentMegabytes } from '../process-usage.js';
import type { HookedRegistry } from './hooked-registry.js';
import { webhookState, type WebhookState } from './webhook-tables.repository.js';

export const WINDOW_MS = 10_000;

/** What was seen at the end of ten seconds. */
export interface Window extends WebhookState {
  /** Deliveries that came within it, for each second. */
  readonly perSecond: number;
  readonly residentMegabytes: number;
}

/** Looks every ten seconds until `signal` aborts, and says what it sees. */
export async function watch(
  { service, receiver }: HookedRegistry,
  databaseUrl: string,
  signal: AbortSignal,
): Promise<readonly Window[]> {
  const seen: Window[] = [];
  await withClient(databaseUrl, async (client) => {
    let [before, at] = [(await receiver.taken()).deliveries, performance.now()];
    try {
      for await (const _ of every(WINDOW_MS, undefined, { signal })) {
        const { deliveries } = await receiver.taken();
        const now = performance.now();
        const perSecond = ((deliveries - before) * 1000) / (now - at);
        [before, at] = [deliveries, now];
        const window = {
          ...(await webhookState(client)),
          perSecond,
          residentMegabytes: await residentMegabytes(service.pid),
        };
        seen.push(window);
        console.log(
          `${perSecond.toFixed(0)}/s, ${window.waiting} wait, ${window.residentMegabytes.toFixed(0)} MB resident, ` +
            `lanes ${(window.laneBytes / 1024).toFixed(0)} kB, events ${(window.eventBytes / 1024 ** 2).toFixed(0)} MB`,
        );
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  });
  return seen;
}
