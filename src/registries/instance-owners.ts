import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';

/** Names of all instances that rows of one kind own, of all subscriptions and in whatever state. */
export type InstanceOwner = (sql: Sql) => Promise<Iterable<string>>;

/** Who owns instances; each feature adds its own when the application starts. What nobody owns, the sweeper removes. */
@Injectable()
export class InstanceOwners {
  private readonly owners: InstanceOwner[] = [];

  add(owner: InstanceOwner): void {
    this.owners.push(owner);
  }

  async names(sql: Sql): Promise<Set<string>> {
    const names = new Set<string>();
    for (const owner of this.owners) for (const name of await owner(sql)) names.add(name);
    return names;
  }
}
