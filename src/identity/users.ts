import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { hashSecret, matchesHash } from '../secrets/secret-hash.js';
import type { SecretHash } from '../secrets/secret-hash.js';
import { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import { insertRevocation } from './revocations.repository.js';
import type { User } from './user.entity.js';
import { USER_NAME } from './user-name.js';
import { changePasswordOf, changeUser, findUserByName, insertUser, removeUser } from './users.repository.js';
import type { StampedUser } from './users.repository.js';

const PASSWORD_BYTES = 24;

/** Checked when there is nobody to check, so that an unknown name takes as long as a wrong password. */
const NOBODY: SecretHash = { salt: randomBytes(16), hash: randomBytes(32) };

export interface NewUser {
  readonly tenantId: string;
  readonly userName: string;
  readonly displayName: string;
  /** Made up when absent. */
  readonly password?: Secret | undefined;
  /** Null: the password does not expire. */
  readonly passwordExpiresAt: Date | null;
}

export interface UserWithPassword {
  readonly user: User;
  readonly password: Secret;
}

/** People who sign in with a name and a password. */
@Injectable()
export class Users {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws the unique violation `users_name_unique` when the name is taken. */
  async create({ password = madeUp(), userName, ...user }: NewUser): Promise<UserWithPassword> {
    const created: User = {
      ...user,
      ...(await hashSecret(password)),
      userName: userName.toLowerCase(),
      objectId: randomUUID(),
      isEnabled: true,
      createdAt: this.clock.now(),
    };
    await insertUser(this.database, created);
    return { user: created, password };
  }

  /**
   * The user when name and password are right, with the generation that the password was right in: one that is reset
   * meanwhile is right for nothing any more. Takes about 40 ms off the event loop either way.
   */
  async verifyPassword(userName: string, password: Secret): Promise<StampedUser | undefined> {
    const user = USER_NAME.test(userName) ? await findUserByName(this.database, userName) : undefined;
    const isRight = await matchesHash(password, user ?? NOBODY);
    if (!user || !isRight || !user.isEnabled) return undefined;
    return user.passwordExpiresAt && user.passwordExpiresAt <= this.clock.now() ? undefined : user;
  }

  /** A user that is disabled or enabled has to sign in anew. Undefined: there is none. */
  change(
    objectId: string,
    changes: { readonly displayName?: string | undefined; readonly isEnabled?: boolean | undefined },
  ): Promise<User | undefined> {
    return this.database.transaction(async (tx) => {
      const changed = await changeUser(tx, objectId, changes);
      if (changed && changes.isEnabled !== undefined)
        await insertRevocation(tx, objectId, !changes.isEnabled, this.clock.now());
      return changed;
    });
  }

  /** Gives the user a new password and ends every session of the old one. Undefined: there is no such user. */
  async resetPassword(
    objectId: string,
    passwordExpiresAt: Date | null,
    password = madeUp(),
  ): Promise<UserWithPassword | undefined> {
    const hash = await hashSecret(password);
    return this.database.transaction(async (tx) => {
      const user = await changePasswordOf(tx, objectId, { ...hash, passwordExpiresAt });
      if (!user) return undefined;
      await insertRevocation(tx, objectId, !user.isEnabled, this.clock.now());
      return { user, password };
    });
  }

  /** Whether there was such a user. */
  remove(objectId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      if ((await removeUser(tx, objectId)) === 0) return false;
      await insertRevocation(tx, objectId, true, this.clock.now());
      return true;
    });
  }
}

function madeUp(): Secret {
  return new Secret(randomBytes(PASSWORD_BYTES).toString('base64url'));
}
