import { expect, it } from 'vitest';
import { walkLane } from './lane-walk.js';
import type { DueEvent } from './webhook-lanes.repository.js';

const event = (id: string): DueEvent => ({
  id,
  webhookId: 'hook',
  lane: 'app',
  createdAt: new Date(0),
  openedAt: new Date(0),
  action: 'push',
  happened: 'push',
  repository: 'app',
  tag: id,
  digest: null,
  mediaType: null,
  sizeBytes: null,
  causedBy: null,
  attempts: 0,
  remainingMs: 1_000,
});

/** Three events, each of which is taken; the claim lasts for so many of them. */
async function walked(claimLastsFor: number) {
  const sent: string[] = [];
  const end = await walkLane({
    events: ['one', 'two', 'three'].map(event),
    isCut: false,
    signal: new AbortController().signal,
    isHeld: () => sent.length < claimLastsFor,
    untilMs: Number.POSITIVE_INFINITY,
    now: () => new Date(0),
    attempt: ({ id }) => {
      sent.push(id);
      return Promise.resolve({ response: { statusCode: '200', reasonPhrase: 'OK' } });
    },
    came: () => undefined,
  });
  return { sent, end };
}

it('a lane whose claim lasts is sent to its end', async () => {
  expect(await walked(3)).toMatchObject({ sent: ['one', 'two', 'three'], end: { isEmpty: true, ended: 3 } });
});

it('a lane whose claim is over is not gone on with: somebody else may be sending it', async () => {
  expect(await walked(2)).toMatchObject({ sent: ['one', 'two'], end: { isEmpty: false, ended: 2, delayMs: 0 } });
  expect(await walked(0)).toMatchObject({ sent: [], end: { isEmpty: false, ended: 0 } });
});
