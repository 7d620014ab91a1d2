import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import { WeeklyPartitions } from '../work/weekly-partitions.js';
import {
  insertContentEvents,
  type ContentCause,
  type ContentChange,
  type ContentPlace,
} from './content-events.repository.js';

/** Events that have just been written, of one repository. */
export interface WrittenEvents {
  readonly registryId: string;
  readonly at: Date;
  /** Of the rows in `content_events`, in the order in which they happened. */
  readonly ids: readonly string[];
}

/**
 * Writes what follows from events, in their transaction: deliveries, transfers. Has to ask everything before it waits, since
 * it goes out with the commit; most registries have nothing that follows, so that one statement which finds that out by
 * itself is best.
 */
export type EventFollower = (tx: Tx, events: WrittenEvents) => Promise<unknown>;

/** Days for which it is known what happened to content. */
export const EVENTS_KEPT_DAYS = 30;

/** Writes down what happens to content, and has those write who are to do something about it. */
@Injectable()
export class ContentEvents {
  private readonly followers: EventFollower[] = [];

  constructor(partitions: WeeklyPartitions) {
    partitions.register({ name: 'content_events', timeColumn: 'created_at', keptDays: EVENTS_KEPT_DAYS });
  }

  /** Each feature adds its own when the application starts. */
  follow(follower: EventFollower): void {
    this.followers.push(follower);
  }

  /**
   * Goes out with the commit. The row of the repository has to be held by then, so that the events of one repository are
   * numbered in the order of their transactions.
   */
  recordAtCommit(tx: Tx, place: ContentPlace, cause: ContentCause, changes: readonly ContentChange[]): void {
    if (changes.length === 0) return;
    tx.atCommit(() => {
      const { ids, written } = insertContentEvents(tx, place, cause, changes);
      const events = { registryId: place.registryId, at: place.at, ids };
      return Promise.all([written, ...this.followers.map((follow) => follow(tx, events))]);
    });
  }
}
