import { createHash } from 'node:crypto';

/** The digest of these bytes, by the algorithm of `like`; by SHA-256 when that is a tag. */
export function digestOf(bytes: Buffer, like = ''): string {
  const algorithm = /^sha(?:256|384|512)(?=:)/.exec(like)?.[0] ?? 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
