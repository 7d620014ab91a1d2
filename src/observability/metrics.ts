import type { DataPlane } from '../data-plane/data-plane.js';
import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const OPERATION_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Whoever runs the registries' engines. */
export type Engines = Pick<DataPlane, 'running' | 'starts' | 'hung'>;

/** Everything that is counted, in one registry per application. Labels take few values: routes, not paths. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  readonly httpRequest = new Histogram({
    name: 'berth_http_request_duration_seconds',
    help: 'Time to answer a request of the control plane.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: this.registers,
  });

  readonly registryRequest = new Histogram({
    name: 'berth_registry_request_duration_seconds',
    help: 'Time to answer a request to a login server.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: this.registers,
  });

  readonly registryBytes = new Counter({
    name: 'berth_registry_sent_bytes_total',
    help: 'Bytes sent by login servers.',
    labelNames: ['route'],
    registers: this.registers,
  });

  readonly claims = new Counter({
    name: 'berth_operation_claims_total',
    help: 'Times that a worker took an operation.',
    labelNames: ['type', 'kind'],
    registers: this.registers,
  });

  readonly claimsLost = new Counter({
    name: 'berth_operation_claims_lost_total',
    help: 'Claims that were given to another worker before they ended.',
    labelNames: ['type', 'kind'],
    registers: this.registers,
  });

  readonly activityEventsLost = new Counter({
    name: 'berth_activity_events_lost_total',
    help: 'Refused requests that are missing in the activity log.',
    registers: this.registers,
  });

  readonly operation = new Histogram({
    name: 'berth_operation_duration_seconds',
    help: 'Time from the request to the end of the operation.',
    labelNames: ['type', 'kind', 'outcome'],
    buckets: OPERATION_SECONDS,
    registers: this.registers,
  });

  readonly garbageRemoved = new Counter({
    name: 'berth_garbage_removed_total',
    help: 'Blobs to which nothing referred, and uploads that nobody went on with, that were removed.',
    labelNames: ['what', 'at'],
    registers: this.registers,
  });

  readonly garbageBytes = new Counter({
    name: 'berth_garbage_removed_bytes_total',
    help: 'Bytes of the blobs that were removed.',
    labelNames: ['at'],
    registers: this.registers,
  });

  readonly garbageCollection = new Histogram({
    name: 'berth_garbage_collection_duration_seconds',
    help: 'Time to look for garbage in one registry.',
    labelNames: ['outcome'],
    buckets: OPERATION_SECONDS,
    registers: this.registers,
  });

  readonly cacheFills = new Counter({
    name: 'berth_cache_fills_total',
    help: 'Tags, digests and blobs that cache rules looked for in other registries, and what came of it.',
    labelNames: ['thing', 'outcome'],
    registers: this.registers,
  });

  readonly cachePulls = new Counter({
    name: 'berth_cache_pulls_total',
    help: 'Pulls of manifests for which there is a cache rule, and whether other registries had to be asked.',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  readonly swept = new Counter({
    name: 'berth_sweep_removed_total',
    help: 'What sweeps took away or put right: retention, lifecycle, purges of what was deleted, leftovers.',
    labelNames: ['sweep'],
    registers: this.registers,
  });

  readonly sweepFailures = new Counter({
    name: 'berth_sweep_failures_total',
    help: 'Sweeps that ended in an error; what they left is for the next time.',
    labelNames: ['sweep'],
    registers: this.registers,
  });

  readonly sweepEnded = new Gauge({
    name: 'berth_sweep_last_success_timestamp_seconds',
    help: 'When each sweep came to its end the last time. Told by processes with the role worker.',
    labelNames: ['sweep'],
    registers: this.registers,
  });

  readonly webhookEvents = new Counter({
    name: 'berth_webhook_events_total',
    help: 'Events of webhooks that ended: taken by their receivers, or given up.',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  readonly webhookDelay = new Histogram({
    name: 'berth_webhook_delay_seconds',
    help: 'Time from what happened until the receiver took the event.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600, 86_400],
    registers: this.registers,
  });

  readonly webhookRetries = new Counter({
    name: 'berth_webhook_retries_total',
    help: 'Attempts to send an event that are made again, and why.',
    labelNames: ['reason'],
    registers: this.registers,
  });

  readonly webhookRedeliveries = new Counter({
    name: 'berth_webhook_redeliveries_total',
    help: 'Events that somebody asked to be sent again.',
    registers: this.registers,
  });

  readonly webhookWaiting = new Gauge({
    name: 'berth_webhook_events_waiting',
    help: 'Events of webhooks that wait, in the whole service. Told by processes with the role worker.',
    registers: this.registers,
  });

  readonly webhookOldest = new Gauge({
    name: 'berth_webhook_oldest_waiting_seconds',
    help: 'For how long the first of them has waited.',
    registers: this.registers,
  });

  readonly zonesWaiting = new Gauge({
    name: 'berth_zone_copies_waiting',
    help: 'Copies in second zones that are not there, in the whole service. Told by processes with the role worker.',
    registers: this.registers,
  });

  readonly replicationLag = new Histogram({
    name: 'berth_replication_transfer_seconds',
    help: 'Time from what happened in a registry to a replica that has it.',
    buckets: OPERATION_SECONDS,
    registers: this.registers,
  });

  readonly replicationFailures = new Counter({
    name: 'berth_replication_failures_total',
    help: 'Attempts to bring a tag or manifest to a replica that failed, and are repeated.',
    registers: this.registers,
  });

  readonly replicationManifests = new Counter({
    name: 'berth_replication_manifests_total',
    help: 'Manifests that were copied to replicas.',
    registers: this.registers,
  });

  readonly replicationBytes = new Counter({
    name: 'berth_replication_bytes_total',
    help: 'Bytes of layers and configs that were copied to replicas.',
    registers: this.registers,
  });

  readonly replicationDifferences = new Counter({
    name: 'berth_replication_differences_total',
    help: 'Tags and manifests of replicas that comparisons found to be missing, other or too much.',
    registers: this.registers,
  });

  readonly replicationWaiting = new Gauge({
    name: 'berth_replication_transfers_waiting',
    help: 'Tags and manifests on their way to replicas, in the whole service. Told by processes with the role worker.',
    registers: this.registers,
  });

  readonly replicationOldest = new Gauge({
    name: 'berth_replication_oldest_waiting_seconds',
    help: 'For how long the first of them has been on its way.',
    registers: this.registers,
  });

  readonly regionsPassedOver = new Counter({
    name: 'berth_regions_passed_over_total',
    help: 'Times that the engine of a region was found to be away, silent or answering errors, and was passed over.',
    labelNames: ['reason'],
    registers: this.registers,
  });

  readonly readThroughs = new Counter({
    name: 'berth_region_read_throughs_total',
    help: 'Pulls for which other regions were asked, and what came of it.',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  readonly regionFills = new Counter({
    name: 'berth_region_fills_total',
    help: 'Pushed manifests whose parts were brought from other regions first, or could not be.',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  /** The engines are asked when the metrics are; undefined means that another machine knows. */
  constructor(engines: Engines = { running: () => undefined, starts: () => undefined, hung: () => undefined }) {
    this.gauge('berth_engines_running', 'Registry engines that run on this machine.', () => engines.running());
    this.counter('berth_engine_starts_total', 'Registry engines that were started, or could not be.', () =>
      engines.starts(),
    );
    this.counter('berth_engines_hung_total', 'Registry engines that did not answer any more and were ended.', () =>
      engines.hung(),
    );
    this.gauge('process_start_time_seconds', 'When the process started.', () => performance.timeOrigin / 1000);
    this.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    this.gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
    this.gauge('nodejs_eventloop_utilization', 'Part of its life that the event loop was busy.', () =>
      Number(performance.eventLoopUtilization().utilization.toFixed(4)),
    );
    this.counter('process_cpu_seconds_total', 'CPU time, user and system.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** All of it, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private counter(name: string, help: string, read: () => number | undefined): void {
    const counter = new Counter({
      name,
      help,
      registers: this.registers,
      collect: () => {
        counter.reset();
        const value = read();
        if (value !== undefined) counter.inc(value);
      },
    });
  }

  private gauge(name: string, help: string, read: () => number | undefined): void {
    const gauge = new Gauge({
      name,
      help,
      registers: this.registers,
      collect: () => {
        const value = read();
        if (value !== undefined) gauge.set(value);
      },
    });
  }
}
