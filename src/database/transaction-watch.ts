import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tx } from './database.js';

/** Takes part in every transaction that is begun on behalf of whatever runs under it, such as one request. */
export interface TransactionWatch {
  /** A transaction begins; again when it was repeated. */
  began(): void;
  /**
   * The last that happens in the transaction: one statement, sent before this returns, since the commit follows at once.
   * What it writes stands or falls with everything else in it.
   */
  beforeCommit(tx: Tx): Promise<void>;
  committed(): void;
}

const watches = new AsyncLocalStorage<TransactionWatch>();

/** Runs `work`, and all that it goes on to, under the watch. */
export function watchedBy<T>(watch: TransactionWatch, work: () => T): T {
  return watches.run(watch, work);
}

/** The watch that the caller runs under. */
export function currentWatch(): TransactionWatch | undefined {
  return watches.getStore();
}
