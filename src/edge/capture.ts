import type { Readable } from 'node:stream';
import { OciError } from './oci-error.js';

/** The largest manifest that an engine accepts. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Reads a manifest to its end; of one that is too large no further than that.
 * @throws OciError when it is, and the error of a stream that ends before.
 */
export function capture(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= LIMIT_BYTES) return;
      stream.pause().off('data', take);
      reject(
        new OciError('MANIFEST_INVALID', `The manifest is larger than ${LIMIT_BYTES} bytes; push a smaller one.`, {
          status: 413,
        }),
      );
    };
    stream.on('data', take);
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('The connection was closed in the middle of a manifest.')));
  });
}
