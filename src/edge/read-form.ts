import type { IncomingMessage } from 'node:http';
import { OciError } from './oci-error.js';

const LIMIT_BYTES = 64 * 1024;

/** @throws OciError 413 when it is longer than any form of the protocol. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request));
}

/** @throws OciError 413 when it is longer than any text of the protocol. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The answer goes over the same socket, so giving up must not destroy it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES)
      throw new OciError('UNSUPPORTED', `The body is longer than ${LIMIT_BYTES} bytes.`, { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
