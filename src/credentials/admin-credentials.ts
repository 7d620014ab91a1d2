import { randomInt, timingSafeEqual, createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import { SecretBox } from '../secrets/secret-box.js';
import { Secret } from '../secrets/secret.js';
import { PASSWORD_NAMES, type PasswordName } from './admin-password.entity.js';
import { findPasswords, insertPassword, replacePassword } from './admin-passwords.repository.js';

const PASSWORD_LENGTH = 52;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export interface AdminPasswordValue {
  readonly name: PasswordName;
  readonly value: Secret;
}

/** Which password was right, and the version of it; a token names both and is worth nothing once they have moved on. */
export interface PasswordVersion {
  readonly name: PasswordName;
  readonly version: number;
}

/** The admin user's two passwords. Its user name is the registry's name. */
@Injectable()
export class AdminCredentials {
  constructor(private readonly box: SecretBox) {}

  /** Makes both passwords of a new registry. */
  async create(tx: Tx, registryId: string): Promise<void> {
    await Promise.all(PASSWORD_NAMES.map((name) => insertPassword(tx, registryId, name, this.box.seal(newPassword()))));
  }

  async list(sql: Sql, registryId: string): Promise<AdminPasswordValue[]> {
    const found = await findPasswords(sql, registryId);
    return found.map(({ name, sealed }) => ({ name, value: this.box.open(sealed) }));
  }

  /** Replaces one password; tokens that the old one obtained are refused from the commit on. */
  async regenerate(tx: Tx, registryId: string, name: PasswordName): Promise<void> {
    await replacePassword(tx, registryId, name, this.box.seal(newPassword()));
  }

  /** The password that `given` equals, else undefined. */
  async verify(sql: Sql, registryId: string, given: Secret): Promise<PasswordVersion | undefined> {
    const found = await findPasswords(sql, registryId);
    const right = found.find(({ sealed }) => isSame(this.box.open(sealed), given));
    return right && { name: right.name, version: right.version };
  }

  /** Whether that version of the password is still the one in force. */
  async isCurrent(sql: Sql, registryId: string, { name, version }: PasswordVersion): Promise<boolean> {
    return (await findPasswords(sql, registryId)).some((row) => row.name === name && row.version === version);
  }
}

function newPassword(): Secret {
  return new Secret(Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''));
}

/** Hashed first, so that neither content nor length shows in the time it takes. */
function isSame(one: Secret, other: Secret): boolean {
  const digest = (secret: Secret) => createHash('sha256').update(secret.reveal()).digest();
  return timingSafeEqual(digest(one), digest(other));
}
