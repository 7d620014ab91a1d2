import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import { addStoredBytes, findStoredBytes, insertStoredBlob } from './stored-blobs.repository.js';

/** How many bytes each registry stores. The edge writes it down before it tells the client that a push has arrived. */
@Injectable()
export class Usage {
  /** Counts a blob or manifest once, however often it is pushed. */
  async stored(tx: Tx, registryId: string, digest: string, sizeBytes: number): Promise<void> {
    if (await insertStoredBlob(tx, registryId, digest, sizeBytes)) await addStoredBytes(tx, registryId, sizeBytes);
  }

  storedBytes(sql: Sql, registryId: string): Promise<number> {
    return findStoredBytes(sql, registryId);
  }
}
