import { randomBytes } from 'node:crypto';
import type { Problem } from '../arm/arm-error.js';
import { Secret } from '../secrets/secret.js';
import { hashSecret } from '../secrets/secret-hash.js';

export const TOKEN_PASSWORD_NAMES = ['password1', 'password2'] as const;
export type TokenPasswordName = (typeof TOKEN_PASSWORD_NAMES)[number];

/** 52 hexadecimal digits: nothing that a shell or a URL would change. */
const PASSWORD_BYTES = 26;

/** What is kept of a password. Times are ISO 8601, since the column is JSON. */
export interface TokenPassword {
  readonly name: TokenPasswordName;
  readonly createdAt: string;
  /** Null: it does not expire. */
  readonly expiresAt: string | null;
  /** In base64, as `hashSecret` made them; null where a request names a password that was never generated. */
  readonly hash: { readonly salt: string; readonly hash: string } | null;
}

/** What a request says of one password. */
export interface PasswordRequest {
  readonly name: TokenPasswordName;
  /** ISO 8601; null: it shall not expire; left out: it stays as it is. */
  readonly expiry?: string | null;
}

/** Makes a password that nobody had before. Takes about 40 ms off the event loop, so it is done outside transactions. */
export async function newPassword(
  name: TokenPasswordName,
  now: Date,
  expiresAt: string | null,
): Promise<{ readonly value: Secret; readonly password: TokenPassword }> {
  const value = new Secret(randomBytes(PASSWORD_BYTES).toString('hex'));
  const { salt, hash } = await hashSecret(value);
  const kept = { salt: salt.toString('base64'), hash: hash.toString('base64') };
  return { value, password: { name, createdAt: now.toISOString(), expiresAt, hash: kept } };
}

/** Those of `current` that `asked` names, with the expiry that it gives them. */
export function keptPasswords(current: readonly TokenPassword[], asked: readonly PasswordRequest[]): TokenPassword[] {
  return inOrder(
    asked.map(({ name, expiry }) => {
      const known = current.find((password) => password.name === name);
      const expiresAt = expiry === undefined ? (known?.expiresAt ?? null) : expiry;
      return {
        name,
        createdAt: known?.createdAt ?? '',
        expiresAt: expiresAt && new Date(expiresAt).toISOString(),
        hash: known?.hash ?? null,
      };
    }),
  );
}

/** `current` with those of `made` in place of what had their names. */
export function replacedPasswords(current: readonly TokenPassword[], made: readonly TokenPassword[]): TokenPassword[] {
  const stay = current.filter(({ name }) => !made.some((password) => password.name === name));
  return inOrder([...stay, ...made]);
}

/** What is wrong with the passwords that a request wants to keep. */
export function passwordProblems(passwords: readonly TokenPassword[]): Problem[] {
  const problem = (message: string): Problem => ({
    code: 'InvalidParameter',
    target: 'properties.credentials.passwords',
    message,
  });
  return [
    ...passwords
      .filter(({ hash }) => hash === null)
      .map(({ name }) => problem(`The token has no ${name}; generateCredentials makes it. Leave it out here.`)),
    ...(new Set(passwords.map(({ name }) => name)).size === passwords.length
      ? []
      : [problem('A password is named twice. Name each that is to stay once.')]),
  ];
}

function inOrder(passwords: readonly TokenPassword[]): TokenPassword[] {
  return passwords.toSorted((one, other) => one.name.localeCompare(other.name));
}
