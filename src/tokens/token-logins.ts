import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../database/database.js';
import { matchesHash } from '../secrets/secret-hash.js';
import type { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import { tokenToLogIn, type TokenToLogIn } from './token-logins.repository.js';
import type { TokenPassword } from './token-password.js';
import { tokenType } from './token.type.js';

/** Passwords remembered as right, so that a client that sends one with every request does not cost 40 ms each time. */
const REMEMBERED_PASSWORDS = 1_000;

/** Which token logged in, and with which password. It is worth nothing once one of them was replaced. */
export interface TokenLogin {
  readonly id: string;
  readonly name: string;
  /** Tells the password from all others that the token has had, and says nothing about it. */
  readonly password: string;
}

/** A token that is let in, and the actions of its scope map as they are now. */
export interface TokenEntry {
  readonly login: TokenLogin;
  readonly actions: readonly string[];
}

/** Logins of repository-scoped tokens, asked of the database each time, so that a change holds from the next request on. */
@Injectable()
export class TokenLogins {
  private readonly known = new LRUCache<string, true>({ max: REMEMBERED_PASSWORDS });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The token of that name when the password is one of its own; why not, as a sentence; undefined: there is no such token. */
  async verify(registryId: string, name: string, given: Secret): Promise<TokenEntry | string | undefined> {
    // Clients send whatever they like, and not all of it is text for a database.
    const token = tokenType.name.pattern.test(name) && (await tokenToLogIn(this.database, registryId, name));
    if (!token) return undefined;
    const password = await this.passwordOf(token, given);
    if (!password)
      return `The password of token '${token.name}' is wrong or was replaced; generateCredentials of the registry makes new ones.`;
    if (token.status !== 'enabled')
      return `The token '${token.name}' is disabled; set its status to 'enabled' to use it.`;
    if (!this.isInTime(password))
      return `The ${password.name} of token '${token.name}' expired at ${password.expiresAt}; generateCredentials of the registry makes a new one.`;
    return { login: { id: token.id, name: token.name, password: markOf(password) }, actions: token.actions };
  }

  /** What a token that logged in earlier may do now; undefined: nothing any more. */
  async actionsOf(registryId: string, login: TokenLogin): Promise<readonly string[] | undefined> {
    const token = await tokenToLogIn(this.database, registryId, login.name);
    if (token?.id !== login.id || token.status !== 'enabled') return undefined;
    const isGood = token.passwords.some((each) => markOf(each) === login.password && this.isInTime(each));
    return isGood ? token.actions : undefined;
  }

  private async passwordOf({ passwords }: TokenToLogIn, given: Secret): Promise<TokenPassword | undefined> {
    for (const password of passwords) if (await this.isRight(password, given)) return password;
    return undefined;
  }

  private async isRight({ hash: kept }: TokenPassword, given: Secret): Promise<boolean> {
    if (!kept) return false;
    const digest = hash('sha256', `${kept.hash}:${given.reveal()}`, 'base64');
    if (this.known.has(digest)) return true;
    const stored = { salt: Buffer.from(kept.salt, 'base64'), hash: Buffer.from(kept.hash, 'base64') };
    const isRight = await matchesHash(given, stored);
    if (isRight) this.known.set(digest, true);
    return isRight;
  }

  private isInTime({ expiresAt }: TokenPassword): boolean {
    return expiresAt === null || this.clock.now() < new Date(expiresAt);
  }
}

/** The salt is new with every password; hashed, since tokens carry the mark where anybody can read it. */
function markOf({ hash: kept }: TokenPassword): string {
  return kept ? hash('sha256', kept.salt, 'base64url') : '';
}
