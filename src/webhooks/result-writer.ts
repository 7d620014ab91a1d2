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
      try {
        await this.database.transaction((tx) =>
          writeResults(
            tx,
            batch.flatMap(({ result }) => result ?? []),
            batch.flatMap(({ end }) => end ?? []),
            this.keptMs,
          ),
        );
      } catch (error) {
        this.logger.error({ message: 'What came of deliveries was not written; they are sent again.', err: error });
      }
      for (const { done } of batch) done();
    }
    this.isWriting = false;
  }
}
