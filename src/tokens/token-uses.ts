import { Injectable } from '@nestjs/common';
import type { Problem } from '../arm/arm-error.js';
import type { Sql } from '../database/database.js';
import type { Token } from './token.entity.js';

/** The names of at most `limit` resources that use the token. */
export type TokenUse = (sql: Sql, token: Token, limit: number) => Promise<readonly string[]>;

/** How many of the resources that use a token are told by name. */
const MAX_NAMES = 5;

/** Who uses tokens; each feature adds its own when the application starts. What is used cannot be deleted. */
@Injectable()
export class TokenUses {
  private readonly uses = new Map<string, TokenUse>();

  /** @param what uses tokens, such as `connected registry`. */
  add(what: string, use: TokenUse): void {
    this.uses.set(what, use);
  }

  /** What is in the way of deleting the token. */
  async problems(sql: Sql, token: Token): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const [what, use] of this.uses) {
      const names = await use(sql, token, MAX_NAMES + 1);
      if (names.length > 0) problems.push(inUse(token, what, names));
    }
    return problems;
  }
}

function inUse({ name }: Token, what: string, users: readonly string[]): Problem {
  const named = users.slice(0, MAX_NAMES).map((user) => `'${user}'`);
  const told = [...named, ...(users.length > MAX_NAMES ? ['others'] : [])].join(', ');
  return {
    code: 'TokenInUse',
    target: 'name',
    message:
      `The token '${name}' cannot be deleted, since a ${what} names it: ${told}. ` +
      'Delete what names it, or take it out there, and send the request again.',
  };
}
