import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel's limit for the path of a unix socket: 107 bytes on Linux, 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;
const LONGEST_SOCKET_NAME = '0123456789abcdef.sock';

/**
 * Where the engines' sockets and records live: below the data folder, or, where that is too deep for a socket, in a folder
 * of the system's temporary one that is named after the data folder. All processes of one service find the same.
 */
export function runtimeFolder(dataDir: string, temporaryFolder: string = tmpdir()): string {
  const beside = join(dataDir, 'engines');
  if (Buffer.byteLength(join(beside, LONGEST_SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) return beside;
  const service = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(temporaryFolder, `berth-${ownUserId()}-${service}`);
}

/**
 * Makes the folder so that only this user can reach the sockets in it: engines ask nobody for a password.
 * @throws Error when somebody else has put something in its place.
 */
export async function openRuntimeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || (ownUserId() !== '' && found.uid !== Number(ownUserId())))
    throw new Error(
      `${folder} must be a folder of the user that runs the service; remove it, or set DATA_DIR elsewhere.`,
    );
  await chmod(folder, 0o700);
}

function ownUserId(): string {
  return process.getuid ? String(process.getuid()) : '';
}
