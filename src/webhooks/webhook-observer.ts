import type { EventStatus } from './webhook-event.entity.js';

/** Is told what comes of the events of webhooks; whoever wants to count it provides one. */
export abstract class WebhookObserver {
  /** @param seconds since it was written. */
  abstract ended(outcome: Exclude<EventStatus, 'Pending'>, seconds: number): void;
  abstract retried(reason: string): void;
  abstract askedAgain(events: number): void;
  /** How much waits in the whole service, and for how long the first of it. */
  abstract waiting(events: number, oldestSeconds: number): void;
}
