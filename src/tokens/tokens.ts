import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import { TokensRepository } from './tokens.repository.js';

/** Tokens, for resources that name some. */
@Injectable()
export class Tokens {
  constructor(private readonly tokens: TokensRepository) {}

  /** Those of `names`, whatever the text, that no token of the registry has; in lower case. */
  async missing(sql: Sql, registryId: string, names: readonly string[]): Promise<ReadonlySet<string>> {
    const keys = new Set(names.map((name) => name.toLowerCase()));
    const known = new Set(await this.tokens.keysIn(sql, registryId, [...keys]));
    return new Set([...keys].filter((key) => !known.has(key)));
  }
}
