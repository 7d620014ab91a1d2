import { Injectable } from '@nestjs/common';
import type { Problem } from '../arm/arm-error.js';
import type { Sql } from '../database/database.js';
import type { ScopeMap } from './scope-map.entity.js';

/** The names of at most `limit` resources that use the scope map. */
export type ScopeMapUse = (sql: Sql, scopeMap: ScopeMap, limit: number) => Promise<readonly string[]>;

/** How many of the resources that use a scope map are told by name. */
const MAX_NAMES = 5;

/** Who uses scope maps; each feature adds its own when the application starts. What is used cannot be deleted. */
@Injectable()
export class ScopeMapUses {
  private readonly uses = new Map<string, ScopeMapUse>();

  /** @param what uses scope maps, in the singular, such as `token`. */
  add(what: string, use: ScopeMapUse): void {
    this.uses.set(what, use);
  }

  /** What is in the way of deleting the scope map. */
  async problems(sql: Sql, scopeMap: ScopeMap): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const [what, use] of this.uses) {
      const names = await use(sql, scopeMap, MAX_NAMES + 1);
      if (names.length > 0) problems.push(inUse(scopeMap, what, names));
    }
    return problems;
  }
}

function inUse({ name }: ScopeMap, what: string, users: readonly string[]): Problem {
  const named = users.slice(0, MAX_NAMES).map((user) => `'${user}'`);
  const told = [...named, ...(users.length > MAX_NAMES ? ['others'] : [])].join(', ');
  return {
    code: 'ScopeMapInUse',
    target: 'name',
    message:
      `The scope map '${name}' cannot be deleted, since it says what the ${what}${users.length > 1 ? 's' : ''} ${told} may do. ` +
      'Delete what uses it, or give that another scope map, and send the request again.',
  };
}
