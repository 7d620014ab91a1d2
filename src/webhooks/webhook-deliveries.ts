import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { WorkQueues } from '../work/work-queues.js';
import type { Verdict } from './delivery-verdict.js';
import { retryReason } from './delivery-verdict.js';
import { contentOf } from './event-content.js';
import { HeldLanes, type HeldLane } from './held-lanes.js';
import { walkLane, type Attempt } from './lane-walk.js';
import { ResultWriter } from './result-writer.js';
import { LANES_CHANNEL } from './webhook-events.repository.js';
import {
  claimLanes,
  dropLanes,
  eventsOf,
  LANE_LEASE_SECONDS,
  laneDepth,
  nextLaneDueMs,
  renewLanes,
  type DueEvent,
} from './webhook-lanes.repository.js';
import { WebhookObserver } from './webhook-observer.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksRepository, type Addressee } from './webhooks.repository.js';

/** Lanes that are taken at once, and events that are read of each. */
const CLAIM = 256;
const EVENTS_PER_LANE = 32;
/** How long a lane goes on before others of its webhook have their turn. */
const TURN_MS = 2_000;
const SOON_MS = 10_000;
const COUNT_EVERY_MS = 5_000;
/** So that what is written while one of them is at its end is seen by another. */
const CONCURRENCY = 3;
const HOUR_MS = 3_600_000;
const LANE_LEASE_MS = LANE_LEASE_SECONDS * 1_000;

/** Sends the events of webhooks, at least once each, those of one repository in their order. */
@Injectable()
export class WebhookDeliveries implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookDeliveries.name);
  private readonly held = new HeldLanes();
  private readonly stopping = new AbortController();
  private readonly walks = new Set<Promise<void>>();
  private readonly writer: ResultWriter;
  private readonly keptMs: number;
  private taking: Promise<unknown> = Promise.resolve();
  private renewal: NodeJS.Timeout | undefined;
  private countedAt = 0;
  private isGoingOn = false;
  private isAskedAgain = false;

  constructor(
    config: Config,
    private readonly database: Database,
    private readonly webhooks: WebhooksRepository,
    private readonly sender: WebhookSender,
    private readonly queues: WorkQueues,
    private readonly clock: Clock,
    private readonly observer: WebhookObserver,
  ) {
    this.keptMs = config.webhookRetryHours * HOUR_MS;
    this.writer = new ResultWriter(database, this.keptMs);
  }

  onModuleInit(): void {
    this.queues.register({
      name: 'webhook events',
      channel: LANES_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: (stopping) => this.begin(stopping),
      nextDueMs: () => this.nextDueMs(),
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.taking;
    await Promise.allSettled(this.walks);
    clearInterval(this.renewal);
  }

  /** Sends what is due of the lanes that can be taken now, and waits for the end of it; false when there is none. */
  async runOnce(stopping: AbortSignal): Promise<boolean> {
    const walks = await this.take(stopping);
    await Promise.all(walks);
    return walks.length > 0;
  }

  /** As `runOnce`, but does not wait: others are not to wait for slow receivers. Goes on when one of them has answered. */
  private async begin(stopping: AbortSignal): Promise<boolean> {
    const walks = await this.take(stopping);
    for (const walk of walks)
      void walk.then((delayMs) => {
        if (delayMs === 0) void this.goOn(stopping);
        // What is due later is found by the queue's own look.
        else if (delayMs < SOON_MS) setTimeout(() => void this.goOn(stopping), delayMs).unref();
      });
    return walks.length > 0;
  }

  private async goOn(stopping: AbortSignal): Promise<void> {
    this.isAskedAgain = true;
    if (this.isGoingOn) return;
    this.isGoingOn = true;
    try {
      while (this.isAskedAgain && !stopping.aborted) {
        this.isAskedAgain = false;
        while (await this.begin(stopping));
      }
    } catch (error) {
      this.logger.error({ message: 'Nothing could be claimed; trying again.', err: error });
    } finally {
      this.isGoingOn = false;
    }
  }

  /** One after the other, so that each knows what is held. */
  private take(stopping: AbortSignal): Promise<Promise<number>[]> {
    const taken = this.taking.then(() => this.takeNow(stopping));
    this.taking = taken.catch(() => undefined);
    return taken;
  }

  private async takeNow(stopping: AbortSignal): Promise<Promise<number>[]> {
    const limit = Math.min(CLAIM, this.held.room);
    if (stopping.aborted || this.stopping.signal.aborted || limit <= 0) return [];
    const untilMs = performance.now() + LANE_LEASE_MS;
    const claims = await claimLanes(this.database, this.held.rooms(), this.held.roomOfOthers, limit);
    if (claims.length === 0) return [];
    const lanes = claims.map((claim) => this.held.add(claim, untilMs));
    this.renewal ??= setInterval(() => void this.renew(), LANE_LEASE_MS / 3);
    try {
      const ids = [...new Set(claims.map(({ webhookId }) => webhookId))];
      const [events, webhooks] = await Promise.all([
        eventsOf(this.database, claims, EVENTS_PER_LANE, this.keptMs),
        this.webhooks.addressees(this.database, ids),
      ]);
      const ofLane = byLane(events);
      const byId = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
      const gone = ids.filter((id) => !byId.has(id));
      if (gone.length > 0) await dropLanes(this.database, gone);
      gone.forEach((id) => this.held.answered(id, true));
      const walks = lanes.map((lane) =>
        this.walk(lane, byId.get(lane.claim.webhookId), ofLane.get(keyOf(lane.claim)) ?? []),
      );
      this.endWith(stopping, lanes, walks);
      return walks;
    } catch (error) {
      lanes.forEach((lane) => this.held.remove(lane));
      throw error;
    }
  }

  /** One listener for all that were taken together: a signal for each, made of others, costs as much as a message. */
  private endWith(stopping: AbortSignal, lanes: readonly HeldLane[], walks: readonly Promise<number>[]): void {
    const signals = [stopping, this.stopping.signal];
    const end = () => lanes.forEach((lane) => lane.end.abort());
    for (const signal of signals) signal.addEventListener('abort', end);
    if (signals.some(({ aborted }) => aborted)) end();
    const all = Promise.allSettled(walks).then(() => {
      for (const signal of signals) signal.removeEventListener('abort', end);
      this.walks.delete(all);
    });
    this.walks.add(all);
  }

  /** Answers after how many milliseconds the lane, or another of its webhook, may be due. */
  private async walk(lane: HeldLane, addressee: Addressee | undefined, events: readonly DueEvent[]): Promise<number> {
    try {
      if (!addressee) return 0;
      const { signal } = lane.end;
      const end = await walkLane({
        events,
        isCut: events.length === EVENTS_PER_LANE,
        signal,
        isHeld: () => performance.now() < lane.untilMs,
        untilMs: Date.now() + TURN_MS,
        now: () => new Date(),
        attempt: (event) => this.attempt(addressee, event, signal),
        came: (event, attempt, verdict) => this.came(lane, event, attempt, verdict),
      });
      await this.writer.end({ lane: lane.claim, ...end });
      return end.delayMs;
    } finally {
      this.held.remove(lane);
    }
  }

  /** Whatever goes wrong on our side is told as no answer; the log has the details. */
  private async attempt(addressee: Addressee, event: DueEvent, signal: AbortSignal): Promise<Attempt> {
    try {
      return await this.sender.send(addressee, { id: event.id, content: contentOf(event) }, signal);
    } catch (error) {
      this.logger.error({ event: event.id, err: error });
      return { response: { reasonPhrase: 'No answer: the service could not send it' } };
    }
  }

  private came({ claim }: HeldLane, event: DueEvent, { request, response }: Attempt, verdict: Verdict): void {
    const { status } = verdict;
    const because = verdict.status === 'Delivered' ? null : verdict.because;
    this.held.answered(claim.webhookId, status === 'Delivered');
    this.writer.result({ lane: claim, event, status, request, response, because });
    if (status === 'Pending') this.observer.retried(retryReason(response));
    else this.observer.ended(status, Math.max(0, this.clock.now().getTime() - event.createdAt.getTime()) / 1000);
  }

  private async renew(): Promise<void> {
    const lanes = this.held.all();
    if (lanes.length === 0) return;
    try {
      const untilMs = performance.now() + LANE_LEASE_MS;
      const kept = await renewLanes(
        this.database,
        lanes.map(({ claim }) => claim),
      );
      for (const lane of lanes) {
        if (kept.has(lane.claim.leaseToken)) lane.untilMs = untilMs;
        else this.lost(lane);
      }
    } catch (error) {
      this.logger.warn({ message: 'The claims could not be renewed.', err: error });
    }
  }

  private lost({ claim, end }: HeldLane): void {
    this.logger.warn({ webhook: claim.webhookId, message: 'The claim was lost; its events will be sent again.' });
    end.abort();
  }

  private async nextDueMs(): Promise<number | undefined> {
    if (Date.now() - this.countedAt >= COUNT_EVERY_MS) {
      this.countedAt = Date.now();
      const { waiting, oldestSeconds } = await laneDepth(this.database);
      this.observer.waiting(waiting, oldestSeconds);
    }
    return this.held.room <= 0 ? undefined : nextLaneDueMs(this.database, this.held.full());
  }
}

function byLane(events: readonly DueEvent[]): ReadonlyMap<string, readonly DueEvent[]> {
  const lanes = new Map<string, DueEvent[]>();
  for (const event of events) {
    const lane = lanes.get(keyOf(event));
    if (lane) lane.push(event);
    else lanes.set(keyOf(event), [event]);
  }
  return lanes;
}

function keyOf({ webhookId, lane }: { readonly webhookId: string; readonly lane: string }): string {
  return `${webhookId} ${lane}`;
}
