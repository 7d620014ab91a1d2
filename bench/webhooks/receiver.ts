import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { startChild } from '../child-process.js';

const SERVER = fileURLToPath(new URL('receiver-server.ts', import.meta.url));
const HOOKS = fileURLToPath(new URL('../../test/support/typescript-hooks.mjs', import.meta.url));
const POLL_MS = 10;

/** What a receiver took; times in milliseconds since 1970. */
export interface Taken {
  readonly count: number;
  /** Without those that came a second time. */
  readonly deliveries: number;
  /** Of how many tags receivers were told, each receiver by itself. */
  readonly told: number;
  /** Requests while it was away. */
  readonly refused: number;
  /** Tags that came after a higher one, not counting what came a second time. */
  readonly disordered: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A receiver of webhooks in a process of its own. */
export interface Receiver {
  readonly origin: string;
  taken(): Promise<Taken>;
  forget(): Promise<void>;
  /** From then on it answers 503. */
  leave(): Promise<void>;
  return(): Promise<void>;
  /** Waits until that many different deliveries were taken. @throws when they are fewer after `limitMs`. */
  until(deliveries: number, limitMs: number): Promise<Taken>;
  readonly stop: () => Promise<void>;
}

export async function startReceiver(folder: string): Promise<Receiver> {
  const child = await startChild({
    command: [process.execPath, '--import', HOOKS, SERVER],
    env: { PATH: process.env['PATH'] },
    outputFile: join(folder, 'receiver.log'),
    isReady: (output) => /^ready \d+/m.test(output),
  });
  const origin = `http://127.0.0.1:${/^ready (\d+)/m.exec(await child.output())?.[1]}`;
  const ask = async (path: string) => (await request(`${origin}${path}`)).body.text();
  const taken = async () => JSON.parse(await ask('/taken')) as Taken;
  return {
    origin,
    taken,
    forget: async () => void (await ask('/forget')),
    leave: async () => void (await ask('/leave')),
    return: async () => void (await ask('/return')),
    async until(deliveries, limitMs) {
      const deadline = performance.now() + limitMs;
      for (;;) {
        const now = await taken();
        if (now.deliveries >= deliveries) return now;
        if (performance.now() > deadline)
          throw new Error(`After ${limitMs} ms ${now.deliveries} of ${deliveries} deliveries had come.`);
        await pause(POLL_MS);
      }
    },
    stop: child.stop,
  };
}
