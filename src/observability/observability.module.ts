import { Global, Module } from '@nestjs/common';
import { ActivityObserver } from '../activity-log/activity-observer.js';
import { CacheObserver } from '../cache-rules/cache-observer.js';
import { Config } from '../config/config.js';
import { GarbageObserver } from '../content/garbage-observer.js';
import { DataPlane } from '../data-plane/data-plane.js';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { EdgeObserver } from '../edge/edge-observer.js';
import { RegionObserver } from '../edge/region-observer.js';
import { TransferObserver } from '../replications/transfer-observer.js';
import { WebhookObserver } from '../webhooks/webhook-observer.js';
import { SweepObserver } from '../work/sweep-observer.js';
import { WorkObserver } from '../work/work-observer.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';
import {
  ActivityMetrics,
  CacheMetrics,
  EdgeMetrics,
  GarbageMetrics,
  SweepMetrics,
  RegionMetrics,
  TransferMetrics,
  WebhookMetrics,
  WorkMetrics,
} from './observers.js';
import { ReadinessChecks } from './readiness.js';
import { RequestLog } from './request-log.js';
import { ServiceLog } from './service-log.js';

/** Health, metrics and the log. Global, since it provides the observers that other rooms tell what they do. */
@Global()
@Module({
  imports: [DataPlaneModule],
  controllers: [HealthController],
  providers: [
    { provide: ServiceLog, inject: [Config], useFactory: ({ logLevel }: Config) => new ServiceLog(logLevel) },
    { provide: Metrics, inject: [DataPlane], useFactory: (engines: DataPlane) => new Metrics(engines) },
    { provide: WorkObserver, useClass: WorkMetrics },
    { provide: EdgeObserver, useClass: EdgeMetrics },
    { provide: ActivityObserver, useClass: ActivityMetrics },
    { provide: GarbageObserver, useClass: GarbageMetrics },
    { provide: CacheObserver, useClass: CacheMetrics },
    { provide: SweepObserver, useClass: SweepMetrics },
    { provide: WebhookObserver, useClass: WebhookMetrics },
    { provide: RegionObserver, useClass: RegionMetrics },
    { provide: TransferObserver, useClass: TransferMetrics },
    ReadinessChecks,
    RequestLog,
  ],
  exports: [
    ServiceLog,
    Metrics,
    WorkObserver,
    EdgeObserver,
    ActivityObserver,
    GarbageObserver,
    CacheObserver,
    SweepObserver,
    WebhookObserver,
    RegionObserver,
    TransferObserver,
  ],
})
export class ObservabilityModule {}
