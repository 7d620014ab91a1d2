import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';

/** On whose behalf something is deleted. */
export interface Deleter {
  readonly tenantId: string;
  readonly correlationId: string;
}

/** Starts the deletion of all of one type below a registry that is not being deleted yet; answers how many are left. */
export type DeleteBelow = (tx: Tx, registryId: string, from: Deleter) => Promise<number>;

/**
 * Children that own something outside the database, and so need a worker to end them; each feature adds its own when the
 * application starts. They are gone before their registry is. All others go with its row.
 */
@Injectable()
export class DeletionsBelow {
  private readonly types: DeleteBelow[] = [];

  add(deleteBelow: DeleteBelow): void {
    this.types.push(deleteBelow);
  }

  async deleteAll(tx: Tx, registryId: string, from: Deleter): Promise<number> {
    let left = 0;
    for (const deleteBelow of this.types) left += await deleteBelow(tx, registryId, from);
    return left;
  }
}
