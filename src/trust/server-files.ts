import type { JsonObject } from './canonical-json.js';
import { signedFile, type ServerKey } from './server-keys.js';
import { hashesOf, objectOf, readTufFile, type TufFile } from './tuf-file.js';
import type { Signers } from './tuf-key.js';
import type { ServerRole } from './tuf-role.js';

/** Who may sign, and what the service has to do it with. */
export interface ServerSigning {
  readonly signers: Signers;
  readonly keys: readonly ServerKey[];
  readonly now: Date;
}

const DAY_MS = 86_400_000;
/** As long as those of notary's own server. */
const LIFETIME_DAYS: Readonly<Record<ServerRole, number>> = { snapshot: 3 * 365, timestamp: 14 };

/** The next snapshot: as the one before it, with these files in it. Undefined when the service may not sign it. */
export function nextSnapshot(
  before: TufFile | undefined,
  files: readonly TufFile[],
  signing: ServerSigning,
): TufFile | undefined {
  const known = before ? objectOf(before.signed['meta'], 'meta') : {};
  const meta = { ...known, ...Object.fromEntries(files.map((file) => [file.role, entryOf(file)])) };
  return next('snapshot', before, meta, signing);
}

/** The next timestamp, over that snapshot. Undefined when the service may not sign it. */
export function nextTimestamp(
  before: TufFile | undefined,
  snapshot: TufFile,
  signing: ServerSigning,
): TufFile | undefined {
  return next('timestamp', before, { snapshot: entryOf(snapshot) }, signing);
}

function next(
  role: ServerRole,
  before: TufFile | undefined,
  meta: JsonObject,
  { signers, keys, now }: ServerSigning,
): TufFile | undefined {
  const signed = {
    _type: role === 'snapshot' ? 'Snapshot' : 'Timestamp',
    expires: new Date(now.getTime() + LIFETIME_DAYS[role] * DAY_MS).toISOString(),
    meta,
    version: (before?.version ?? 0) + 1,
  };
  const ofRole = keys.filter((key) => key.role === role);
  const bytes = signedFile(signed, signers, ofRole);
  return bytes && readTufFile(role, bytes);
}

function entryOf({ bytes }: TufFile): JsonObject {
  return { hashes: hashesOf(bytes), length: bytes.length };
}
