import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import { findStoredBytes, insertStoredBlobs, type StoredSize } from './stored-blobs.repository.js';

/** How many bytes each registry stores. The edge writes it down before it tells the client that a push has arrived. */
@Injectable()
export class Usage {
  /** Counts each blob or manifest once, however often it is pushed. */
  stored(tx: Tx, registryId: string, blobs: readonly StoredSize[]): Promise<void> {
    return insertStoredBlobs(tx, registryId, blobs);
  }

  storedBytes(sql: Sql, registryId: string): Promise<number> {
    return findStoredBytes(sql, registryId);
  }
}
