import { Injectable } from '@nestjs/common';
import { ActivityObserver } from '../activity-log/activity-observer.js';
import { CacheObserver, type CacheOutcome, type CachePull, type CacheThing } from '../cache-rules/cache-observer.js';
import type { Collected, Removed } from '../content/garbage-collector.js';
import { GarbageObserver } from '../content/garbage-observer.js';
import { EdgeObserver, type EdgeAnswer } from '../edge/edge-observer.js';
import { RegionObserver, type Ailment, type ReadThroughOutcome } from '../edge/region-observer.js';
import { TransferObserver } from '../replications/transfer-observer.js';
import { WebhookObserver } from '../webhooks/webhook-observer.js';
import { SweepObserver } from '../work/sweep-observer.js';
import { WorkObserver, type Ended, type Worked } from '../work/work-observer.js';
import { Metrics } from './metrics.js';

/** Counts what the workers do. */
@Injectable()
export class WorkMetrics extends WorkObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  claimed({ resourceType: type, kind }: Worked): void {
    this.metrics.claims.inc({ type, kind });
  }

  claimLost({ resourceType: type, kind }: Worked): void {
    this.metrics.claimsLost.inc({ type, kind });
  }

  ended({ resourceType: type, kind, createdAt }: Worked, outcome: Ended): void {
    this.metrics.operation.observe({ type, kind, outcome }, Math.max(0, Date.now() - createdAt.getTime()) / 1000);
  }
}

/** Counts what the login servers answer. */
@Injectable()
export class EdgeMetrics extends EdgeObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  request({ method, route, status, seconds, bytes }: EdgeAnswer): void {
    this.metrics.registryRequest.observe({ method, route, status }, seconds);
    // A connection that broke takes back what it had not sent, and a counter refuses to go down.
    this.metrics.registryBytes.inc({ route }, Math.max(0, bytes));
  }
}

/** Counts what the activity log should have told and does not. */
@Injectable()
export class ActivityMetrics extends ActivityObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  lost(): void {
    this.metrics.activityEventsLost.inc();
  }
}

/** Counts what the garbage collection removes. */
@Injectable()
export class GarbageMetrics extends GarbageObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  collected({ inReplicas = NONE, ...all }: Collected, seconds: number): void {
    this.removed('replica', inReplicas, NONE);
    this.removed('home', all, inReplicas);
    this.metrics.garbageCollection.observe({ outcome: 'Succeeded' }, seconds);
  }

  failed(seconds: number): void {
    this.metrics.garbageCollection.observe({ outcome: 'Failed' }, seconds);
  }

  private removed(at: 'home' | 'replica', all: Removed, elsewhere: Removed): void {
    this.metrics.garbageRemoved.inc({ what: 'blob', at }, all.blobsRemoved - elsewhere.blobsRemoved);
    this.metrics.garbageRemoved.inc({ what: 'upload', at }, all.uploadsRemoved - elsewhere.uploadsRemoved);
    this.metrics.garbageBytes.inc({ at }, all.bytesRemoved - elsewhere.bytesRemoved);
  }
}

const NONE: Removed = { blobsRemoved: 0, bytesRemoved: 0, uploadsRemoved: 0 };

/** Counts what cache rules look for in other registries. */
@Injectable()
export class CacheMetrics extends CacheObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  ended(thing: CacheThing, outcome: CacheOutcome): void {
    this.metrics.cacheFills.inc({ thing, outcome });
  }

  pulled(outcome: CachePull): void {
    this.metrics.cachePulls.inc({ outcome });
  }
}

/** Counts what sweeps take away. */
@Injectable()
export class SweepMetrics extends SweepObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  swept(sweep: string, swept: number): void {
    this.metrics.swept.inc({ sweep }, swept);
    this.metrics.sweepEnded.set({ sweep }, Date.now() / 1000);
  }

  failed(sweep: string): void {
    this.metrics.sweepFailures.inc({ sweep });
  }
}

/** Counts what comes of the events of webhooks. */
@Injectable()
export class WebhookMetrics extends WebhookObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  ended(outcome: 'Delivered' | 'Failed', seconds: number): void {
    this.metrics.webhookEvents.inc({ outcome });
    if (outcome === 'Delivered') this.metrics.webhookDelay.observe(seconds);
  }

  retried(reason: string): void {
    this.metrics.webhookRetries.inc({ reason });
  }

  askedAgain(events: number): void {
    this.metrics.webhookRedeliveries.inc(events);
  }

  waiting(events: number, oldestSeconds: number): void {
    this.metrics.webhookWaiting.set(events);
    this.metrics.webhookOldest.set(oldestSeconds);
  }
}

/** Counts how regions stand in for each other. */
@Injectable()
export class RegionMetrics extends RegionObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  passedOver(reason: Ailment): void {
    this.metrics.regionsPassedOver.inc({ reason });
  }

  readThrough(outcome: ReadThroughOutcome): void {
    this.metrics.readThroughs.inc({ outcome });
  }

  filled(isDone: boolean): void {
    this.metrics.regionFills.inc({ outcome: isDone ? 'done' : 'failed' });
  }
}

/** Counts what is copied to replicas. */
@Injectable()
export class TransferMetrics extends TransferObserver {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  ended(seconds: number): void {
    this.metrics.replicationLag.observe(seconds);
  }

  failed(): void {
    this.metrics.replicationFailures.inc();
  }

  copied({ manifests, bytes }: { readonly manifests: number; readonly bytes: number }): void {
    this.metrics.replicationManifests.inc(manifests);
    this.metrics.replicationBytes.inc(bytes);
  }

  found(differences: number): void {
    this.metrics.replicationDifferences.inc(differences);
  }

  waiting(transfers: number, oldestSeconds: number): void {
    this.metrics.replicationWaiting.set(transfers);
    this.metrics.replicationOldest.set(oldestSeconds);
  }

  zonesWaiting(copies: number): void {
    this.metrics.zonesWaiting.set(copies);
  }
}
