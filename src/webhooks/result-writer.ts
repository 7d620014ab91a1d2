import { Logger } from '@nestjs/common';
import type { Database } from '../database/database.js';
import { writeResults, type EventResult, type LaneEnd } from './webhook-lanes.repository.js';

/** The most that goes into one transaction. */
const BATCH = 500;

interface Entry {
  readonly result?: EventResult;
  readonly end?: LaneEnd;
  readonly done: () => void;
}

/** Writes what came of deliveries: one transaction at a time, with all that came together during the one before. */
export class ResultWriter {
  private readonly logger = new Logger(ResultWriter.name);
  private entries: Entry[] = [];
  /** Of lanes that are still held: how many of their events have ended without its being written. */
  private readonly unwritten = new Map<string, number>();
  private isWriting = false;

  constructor(
    private readonly database: Database,
    private readonly keptMs: number,
  ) {}

  /** Not waited for: what is lost with the process is sent again. */
  result(result: EventResult): void {
    this.add({ result, done: () => undefined });
  }

  /** Resolves when it is written, or will never be: then the lane is free when its lease ends. */
  end(end: LaneEnd): Promise<void> {
    return new Promise((done) => this.add({ end, done }));
  }

  private add(entry: Entry): void {
    this.entries.push(entry);
    if (!this.isWriting) void this.write();
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    // What came at the same moment goes together.
    await Promise.resolve();
    while (this.entries.length > 0) {
      const batch = this.entries.splice(0, BATCH);
      const results = batch.flatMap(({ result }) => result ?? []);
      const ends = batch.flatMap(({ end }) => (end ? this.asWritten(end) : []));
      try {
        await this.database.transaction((tx) => writeResults(tx, results, ends, this.keptMs));
      } catch (error) {
        this.logger.error({ message: 'What came of deliveries was not written; they are sent again.', err: error });
        this.missed(results, ends);
      }
      for (const { done } of batch) done();
    }
    this.isWriting = false;
  }

  /** A lane with events of which nobody knows that they ended is not empty, whatever its holder says: they are sent again. */
  private asWritten(end: LaneEnd): LaneEnd {
    const { leaseToken } = end.lane;
    const unwritten = this.unwritten.get(leaseToken);
    if (unwritten === undefined) return end;
    this.unwritten.delete(leaseToken);
    return { ...end, isEmpty: false, ended: end.ended - unwritten, waitingSince: undefined };
  }

  /** Lanes whose end was not written either are free when their lease ends. */
  private missed(results: readonly EventResult[], ends: readonly LaneEnd[]): void {
    for (const { lane, status } of results) {
      const before = this.unwritten.get(lane.leaseToken) ?? 0;
      this.unwritten.set(lane.leaseToken, before + (status === 'Pending' ? 0 : 1));
    }
    for (const { lane } of ends) this.unwritten.delete(lane.leaseToken);
  }
}
