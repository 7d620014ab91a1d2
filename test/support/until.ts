import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits for a condition that nobody announces. @throws when it does not hold within `limitMs`. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for: ${holds.toString()}`);
    await delay(POLL_MS);
  }
}
