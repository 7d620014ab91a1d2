import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SourceFailed, type SourceBlob, type SourceManifest } from '../copying/content-source.js';

const ALGORITHM = /^sha(?:256|384|512)(?=:)/;

/** Answers with a manifest that another registry has given. */
export function sendManifest(response: ServerResponse, { digest, mediaType, bytes }: SourceManifest): void {
  response.writeHead(200, headersOf(digest, mediaType, bytes.length));
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/**
 * Answers with a blob while it comes from another registry. A client that has all of it has the right bytes: its end is kept
 * back until they are known to be that, and the connection breaks off when they are not.
 * @throws SourceFailed when they are not; whatever ends the blob or the connection.
 */
export async function sendBlob(
  response: ServerResponse,
  digest: string,
  { sizeBytes, body }: SourceBlob,
): Promise<void> {
  try {
    const proof = proofOf(digest);
    response.writeHead(200, headersOf(digest, 'application/octet-stream', sizeBytes));
    response.flushHeaders();
    if (response.req.method === 'HEAD') response.end();
    else await pipeline(body, proof, response);
  } finally {
    body.destroy();
  }
}

/** Lets all through but the end, and that when all is what the digest says. */
function proofOf(digest: string): Transform {
  const [algorithm] = ALGORITHM.exec(digest) ?? [];
  if (algorithm === undefined) throw new SourceFailed(`Digests such as ${digest} are not known here.`, false);
  const hash = createHash(algorithm);
  let held: Buffer | undefined;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      hash.update(bytes);
      const before = held;
      held = bytes;
      done(null, before);
    },
    flush(done) {
      if (`${algorithm}:${hash.digest('hex')}` === digest) done(null, held);
      else done(new SourceFailed(`The other registry gave other bytes than those of the blob ${digest}.`, false));
    },
  });
}

function headersOf(digest: string, mediaType: string, length: number): Readonly<Record<string, string | number>> {
  return {
    'Content-Type': mediaType,
    'Content-Length': length,
    'Docker-Content-Digest': digest,
    'Docker-Distribution-Api-Version': 'registry/2.0',
    Etag: `"${digest}"`,
  };
}
