import { openSync } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';

/** An engine's log is emptied when it has grown beyond this. */
const MAX_LOG_BYTES = 1024 * 1024;
const MAX_READ_BYTES = 16 * 1024;

/**
 * Opens a log for an engine to write to by itself: no pipe that a busy service would leave full. Always appending, so
 * that the file may be emptied under a running engine.
 */
export function openLog(path: string): number {
  return openSync(path, 'a', 0o600);
}

export async function sizeOfLog(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

export async function boundLog(path: string): Promise<void> {
  if ((await sizeOfLog(path)) > MAX_LOG_BYTES) await truncate(path).catch(() => undefined);
}

/** What an engine said last: the line that tells most about why it ended, or an empty text. */
export async function lastWords(path: string, fromByte: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const from = Math.max(fromByte, (await file.stat()).size - MAX_READ_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_READ_BYTES), 0, MAX_READ_BYTES, from);
    return tellingLine(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** After the line with the cause, an engine prints its usage text or a stack. */
export function tellingLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((each) => /^panic|level=(fatal|panic)|configuration error/.test(each)) ?? lines.at(-1);
  return line?.slice(0, 500) ?? '';
}
