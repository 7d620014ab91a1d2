import { rootOf } from './tuf-content.js';
import type { TufFile } from './tuf-file.js';
import { certificateOf, type Signers, type TufKey } from './tuf-key.js';
import { isSignedBy } from './tuf-signature.js';
import { badUpdate } from './trust-refused.js';

/** What a root is looked at with. */
export interface RootPlace {
  /** Names of the collection: the repository below each name of its login server. */
  readonly guns: readonly string[];
  readonly now: Date;
}

/**
 * A root is signed with certificates that name the collection, and by those of the root before it.
 * @throws TrustRefused when it is not, or has expired.
 */
export function requireGoodRoot(root: TufFile, before: TufFile | undefined, { guns, now }: RootPlace): void {
  const { version } = before ?? { version: 0 };
  if (root.version !== version + 1)
    throw badUpdate('ErrBadRoot', `the version of a new root is one more than ${version}, and not ${root.version}.`);
  if (before && !isSignedBy(namedFor(rootOf(before).root, guns), root.message, root.signatures))
    throw badUpdate('ErrBadRoot', 'it is not signed with as many keys of the root before it as that asks for.');
  const own = namedFor(rootOf(root).root, guns, now);
  if (own.keys.size === 0)
    throw badUpdate('ErrBadRoot', `none of its keys is a certificate in force that is named '${guns[0]}'.`);
  if (!isSignedBy(own, root.message, root.signatures))
    throw badUpdate('ErrBadRoot', 'it is not signed with as many of its own root keys as it asks for.');
  if (root.expiresAt <= now) throw badUpdate('ErrBadRoot', `it expired on ${root.expiresAt.toISOString()}.`);
}

/** Those whose certificate is for the collection; those in force, where the time is given. */
function namedFor({ keys, threshold }: Signers, guns: readonly string[], now?: Date): Signers {
  return { threshold, keys: new Map([...keys].filter(([, key]) => isNamedFor(key, guns, now))) };
}

function isNamedFor(key: TufKey, guns: readonly string[], now: Date | undefined): boolean {
  const certificate = certificateOf(key);
  if (!certificate || certificate.ca) return false;
  // Clients make them a moment before, by clocks of their own.
  const isInForce = now === undefined || now < certificate.validToDate;
  const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
  return isInForce && name !== undefined && guns.some((gun) => isNameOf(name, gun));
}

/** A name that ends in `*` is for all that begins so. */
function isNameOf(name: string, gun: string): boolean {
  return name.endsWith('*') ? gun.startsWith(name.slice(0, -1)) : gun === name;
}
