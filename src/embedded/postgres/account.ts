import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The system account that PostgreSQL runs as; it refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const READ_AND_EXECUTE = 0o5;
const EXECUTE = 0o1;
const ACCOUNTS_FOR_ROOT = ['postgres', 'nobody'];

/**
 * The account to switch to, or undefined when the present one will do. Only root has to switch: to the owner of an
 * existing `folder`, else to `postgres` or `nobody`.
 * @throws when root has no account to switch to.
 */
export function accountFor(folder: string, uid = process.getuid?.()): Account | undefined {
  if (uid !== 0) return undefined;
  const owner = statSync(folder);
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = readAccounts(readFileSync('/etc/passwd', 'utf8'));
  for (const name of ACCOUNTS_FOR_ROOT) {
    const account = accounts.get(name);
    if (account) return account;
  }
  throw new Error(
    'PostgreSQL does not run as root, and /etc/passwd has neither "postgres" nor "nobody". Start Berth as an ordinary user.',
  );
}

/** The accounts in the text of `/etc/passwd`, by name. */
export function readAccounts(passwd: string): ReadonlyMap<string, Account> {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  return new Map(lines.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]));
}

/** Whether the permission bits let `account` read and run `path`, and enter every folder above it. */
export function canReach(account: Account, path: string): boolean {
  if (!isAllowed(account, path, READ_AND_EXECUTE)) return false;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (!isAllowed(account, folder, EXECUTE)) return false;
  return true;
}

function isAllowed(account: Account, path: string, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
