import { Injectable } from '@nestjs/common';

/** A table of work that processes with the worker role drain, as they drain the operations. */
export interface WorkQueue {
  /** For the log. */
  readonly name: string;
  /** On which new work is announced when its transaction commits. */
  readonly channel: string;
  /** Rows that one process works on at once. */
  readonly concurrency: number;
  /** Works on the row that has been due longest; false when none is due. `stopping` aborts when the process is to end. */
  runOnce(stopping: AbortSignal): Promise<boolean>;
  /** Milliseconds until the next row is due; undefined when none is open. */
  nextDueMs(): Promise<number | undefined>;
}

/** The queues besides that of the operations; each feature adds its own when the application starts. */
@Injectable()
export class WorkQueues {
  private readonly queues: WorkQueue[] = [];

  register(queue: WorkQueue): void {
    this.queues.push(queue);
  }

  all(): readonly WorkQueue[] {
    return this.queues;
  }
}
