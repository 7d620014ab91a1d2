import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import type { Registry } from './registry.entity.js';

/** What every registry has from its first moment, below it; each feature adds its own when the application starts. */
@Injectable()
export class NewRegistries {
  private readonly gifts: ((tx: Tx, registry: Registry) => Promise<void>)[] = [];

  add(give: (tx: Tx, registry: Registry) => Promise<void>): void {
    this.gifts.push(give);
  }

  /** Runs in the transaction that makes the registry. */
  async equip(tx: Tx, registry: Registry): Promise<void> {
    await Promise.all(this.gifts.map((give) => give(tx, registry)));
  }
}
