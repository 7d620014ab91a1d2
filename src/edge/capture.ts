import type { Readable } from 'node:stream';

/** The largest manifest that an engine accepts. */
const LIMIT_BYTES = 4 * 1024 * 1024;

export interface Capture {
  /** All that has passed; undefined when that was more than any manifest has. */
  readonly bytes: () => Buffer | undefined;
}

/** Keeps a copy of a manifest on its way to the engine. Whoever pipes the stream sets it flowing. */
export function capture(stream: Readable): Capture {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.pause();
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= LIMIT_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  return { bytes: () => (length <= LIMIT_BYTES ? Buffer.concat(chunks) : undefined) };
}
