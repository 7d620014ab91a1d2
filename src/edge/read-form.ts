import type { IncomingMessage } from 'node:http';
import { OciError } from './oci-error.js';

const LIMIT_BYTES = 64 * 1024;

/** Nobody needs as long for so little, and the server itself waits for ever. */
const FORM_LIMIT_MS = 30_000;

/** @throws OciError 413 when it is longer than any form of the protocol, 408 when it does not come. */
export async function readForm(request: IncomingMessage, limitMs = FORM_LIMIT_MS): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request, limitMs));
}

/** @throws OciError 413 when it is longer than any text of the protocol, 408 when it does not come. */
export async function readText(request: IncomingMessage, limitMs = FORM_LIMIT_MS): Promise<string> {
  return (await readBytes(request, LIMIT_BYTES, limitMs)).toString('utf8');
}

/** @throws OciError 413 when there are more, 408 when they do not come. */
export async function readBytes(
  request: IncomingMessage,
  limitBytes: number,
  limitMs = FORM_LIMIT_MS,
): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    const error = new OciError('UNSUPPORTED', `The body did not come within ${limitMs / 1000} s.`, { status: 408 });
    timer = setTimeout(() => reject(error), limitMs);
  });
  try {
    return await Promise.race([readAll(request, limitBytes), tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The answer goes over the same socket, so giving up must not destroy it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new OciError('UNSUPPORTED', `The body is longer than ${limitBytes} bytes.`, { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
