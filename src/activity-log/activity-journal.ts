import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import { Clock } from '../work/clock.js';
import type { OperationError } from '../work/operation.entity.js';
import { WorkJournal } from '../work/work-journal.js';
import type { Ended } from '../work/work-observer.js';
import { recordOperationEnd } from './activity-log.repository.js';
import { RequestRecorder } from './request-recorder.js';

/** Makes a second event of the end of an operation that a request started. */
@Injectable()
export class ActivityJournal extends WorkJournal {
  constructor(
    private readonly recorder: RequestRecorder,
    private readonly clock: Clock,
  ) {
    super();
  }

  started(operationId: string): void {
    this.recorder.started(operationId);
  }

  async ended(tx: Tx, operationId: string, status: Ended, error?: OperationError): Promise<void> {
    const end = { id: randomUUID(), eventTimestamp: this.clock.now(), status, errorCode: error?.code };
    await recordOperationEnd(tx, operationId, end);
  }
}
