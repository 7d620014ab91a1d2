import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import type { Hold } from './storage-reservations.repository.js';
import { deleteStoredBlobs, findStoredBytes, insertStoredBlobs, type StoredSize } from './stored-blobs.repository.js';

/** How many bytes each registry stores. The edge writes it down before it tells the client that a push has arrived. */
@Injectable()
export class Usage {
  /**
   * Counts each blob or manifest once, however often it is pushed, and ends the hold under which they came. Without one
   * whatever is there is counted.
   * @throws StorageFull when the hold had ended before, and they do not fit any more.
   */
  stored(sql: Sql, registryId: string, blobs: readonly StoredSize[], hold?: Hold): Promise<void> {
    return insertStoredBlobs(sql, registryId, blobs, hold);
  }

  /**
   * They are no longer in the engine's storage; those that were not counted change nothing. Waits for pushes that write to
   * the registry's sum: the last thing to do in a transaction.
   * @returns the bytes that the registry has less.
   */
  removed(tx: Tx, registryId: string, digests: readonly string[]): Promise<number> {
    return deleteStoredBlobs(tx, registryId, digests);
  }

  storedBytes(sql: Sql, registryId: string): Promise<number> {
    return findStoredBytes(sql, registryId);
  }
}
