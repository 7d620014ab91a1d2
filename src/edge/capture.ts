import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { manifestTooLarge } from './size-limits.js';
import { watchForQuiet } from './transfer.js';

/**
 * Reads a manifest to its end; of one that is too large no further than that.
 * @throws OciError when it is, and the error of a stream that ends before.
 */
function capture(stream: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limitBytes) return;
      stream.pause().off('data', take);
      reject(manifestTooLarge(limitBytes));
    };
    stream.on('data', take);
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('The connection was closed in the middle of a manifest.')));
  });
}

/** The manifest that a request brings; a client that says nothing for long is left. */
export async function captureManifest(
  call: { readonly request: IncomingMessage; readonly response: ServerResponse },
  limitBytes: number,
): Promise<Buffer> {
  const { request, response } = call;
  const stopWatching = watchForQuiet(call, () => response.destroy());
  try {
    if (request.headers.expect !== undefined) response.writeContinue();
    return await capture(request, limitBytes);
  } finally {
    stopWatching();
  }
}
