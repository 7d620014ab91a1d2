import { requireGoodRoot, type RootPlace } from './root-rules.js';
import { nextSnapshot, nextTimestamp } from './server-files.js';
import type { ServerKey } from './server-keys.js';
import { delegationsOf, rootOf, snapshotOf } from './tuf-content.js';
import { hashesOf, Malformed, type FileHashes, type TufFile } from './tuf-file.js';
import type { Signers } from './tuf-key.js';
import { isTargets, parentOf } from './tuf-role.js';
import { isSignedBy } from './tuf-signature.js';
import { badUpdate, TrustRefused, type TrustFault } from './trust-refused.js';

/** What a collection has, as far as an update is judged by it. */
export interface CurrentFiles {
  /** The newest of the base roles, and of all above the roles that are to be updated. */
  readonly files: ReadonlyMap<string, TufFile>;
  /** The newest version of every role that it has. */
  readonly versions: ReadonlyMap<string, number>;
}

export interface UpdatePlace extends RootPlace {
  /** Those that the service holds for the collection. */
  readonly keys: readonly ServerKey[];
}

/**
 * What is to be stored: the files that were sent, and those that the service signs itself, since a timestamp is always its
 * own, and a snapshot is when the client sends none.
 * @throws TrustRefused when the update cannot follow what is there.
 */
export function acceptUpdate(
  current: CurrentFiles,
  sent: ReadonlyMap<string, TufFile>,
  place: UpdatePlace,
): readonly TufFile[] {
  requireNewer(current, sent);
  const root = acceptRoot(current, sent, place);
  const signers = told('ErrBadRoot', () => rootOf(root));
  const loaded = acceptTargets(current, sent, signers.targets, place.now);
  const before = current.files.get('snapshot');
  const snapshot = sent.get('snapshot');
  if (snapshot) requireGoodSnapshot(snapshot, signers.snapshot, [root, ...loaded.values()], place.now);
  const signing = { keys: place.keys, now: place.now };
  const served =
    snapshot ?? nextSnapshot(before, [root, ...loaded.values()], { ...signing, signers: signers.snapshot });
  if (!served)
    throw badUpdate('ErrBadHierarchy', 'no snapshot came with it, and the service does not hold the key for one.');
  const timestamp = nextTimestamp(current.files.get('timestamp'), served, { ...signing, signers: signers.timestamp });
  if (!timestamp) throw badUpdate('ErrBadRoot', 'its timestamp key is none that the service holds for the collection.');
  const stored = [...sent.values()].filter(({ role }) => role !== 'timestamp' && role !== 'snapshot');
  return [...stored, served, timestamp];
}

/** @throws TrustRefused also when another client was faster. */
function requireNewer({ versions }: CurrentFiles, sent: ReadonlyMap<string, TufFile>): void {
  for (const { role, version } of sent.values()) {
    const newest = versions.get(role) ?? 0;
    if (role !== 'timestamp' && version <= newest)
      throw new TrustRefused('VERSION', `${role} has version ${newest} already; version ${version} comes too late.`);
  }
}

function acceptRoot({ files }: CurrentFiles, sent: ReadonlyMap<string, TufFile>, place: UpdatePlace): TufFile {
  const [before, root] = [files.get('root'), sent.get('root')];
  if (root) told('ErrBadRoot', () => requireGoodRoot(root, before, place));
  const effective = root ?? before;
  if (effective) return effective;
  throw badUpdate('ErrValidation', 'the collection has no root yet, and none came with it.');
}

/** From the top down, each signed by those whom the one above it names. Answers those that are in force then. */
function acceptTargets(
  { files }: CurrentFiles,
  sent: ReadonlyMap<string, TufFile>,
  top: Signers,
  now: Date,
): ReadonlyMap<string, TufFile> {
  const loaded = new Map([...files].filter(([role]) => isTargets(role)));
  const updated = [...sent.values()].filter(({ role }) => isTargets(role));
  for (const file of updated.toSorted((one, other) => depthOf(one) - depthOf(other))) {
    const { role } = file;
    told('ErrBadTargets', () => {
      const signers = signersOf(role, top, loaded);
      if (!signers) throw badUpdate('ErrBadTargets', `nothing delegates to '${role}'.`);
      delegationsOf(file);
      requireSigned(file, signers, 'ErrBadTargets', now);
    });
    loaded.set(role, file);
  }
  if (!loaded.has('targets')) throw badUpdate('ErrBadTargets', 'the collection has no targets, and none came with it.');
  return loaded;
}

/** Those whom all above the role agree on; undefined when one of these does not delegate. */
function signersOf(role: string, top: Signers, loaded: ReadonlyMap<string, TufFile>): Signers | undefined {
  if (role === 'targets') return top;
  const above = parentOf(role);
  const file = signersOf(above, top, loaded) && loaded.get(above);
  return file && delegationsOf(file).get(role);
}

function requireGoodSnapshot(snapshot: TufFile, signers: Signers, files: readonly TufFile[], now: Date): void {
  told('ErrBadSnapshot', () => {
    const listed = snapshotOf(snapshot);
    requireSigned(snapshot, signers, 'ErrBadSnapshot', now);
    for (const file of files)
      if (!isSame(listed.get(file.role), hashesOf(file.bytes)))
        throw badUpdate('ErrBadSnapshot', `its hash of '${file.role}' is missing, or that of another file.`);
  });
}

function requireSigned(file: TufFile, signers: Signers, fault: TrustFault, now: Date): void {
  const { role, expiresAt, message, signatures } = file;
  if (!isSignedBy(signers, message, signatures))
    throw badUpdate(fault, `'${role}' is not signed with as many of its keys as are asked for.`);
  if (expiresAt <= now) throw badUpdate(fault, `'${role}' expired on ${expiresAt.toISOString()}.`);
}

function isSame(listed: FileHashes | undefined, { sha256, sha512 }: Required<FileHashes>): boolean {
  return listed?.sha256 === sha256 && (listed.sha512 === undefined || listed.sha512 === sha512);
}

function depthOf({ role }: TufFile): number {
  return role.split('/').length;
}

function told<T>(fault: TrustFault, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Malformed) throw badUpdate(fault, `${error.message}.`);
    throw error;
  }
}
