import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SourceFailed } from '../copying/content-source.js';
import { sendBlob } from './handed-on.js';

const BLOB = randomBytes(300_000);
const OTHER = Buffer.concat([BLOB.subarray(0, -1), Buffer.from([BLOB.at(-1)! ^ 1])]);

/** What a client gets of a blob that is named so, and what comes of sending it. */
async function sent(digest: string, bytes: Buffer) {
  let ended: Promise<unknown> = Promise.resolve();
  const server = createServer((_request, response) => {
    const pieces = Array.from({ length: 30 }, (_, nth) => bytes.subarray(nth * 10_000, (nth + 1) * 10_000));
    ended = sendBlob(response, digest, { sizeBytes: bytes.length, body: Readable.from(pieces) }).then(
      () => undefined,
      (error: unknown) => error,
    );
    void ended.then((error) => error && response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(() => undefined);
  const got = await answer?.arrayBuffer().then(
    (body) => Buffer.from(body),
    () => 'broken off',
  );
  server.closeAllConnections();
  server.close();
  return { got, error: await ended };
}

const digestOf = (algorithm: string) => `${algorithm}:${createHash(algorithm).update(BLOB).digest('hex')}`;

describe('a blob that is handed on', () => {
  it.each(['sha256', 'sha512'])('comes whole when it is what its digest says, by %s', async (algorithm) => {
    expect(await sent(digestOf(algorithm), BLOB)).toEqual({ got: BLOB, error: undefined });
  });

  it('never comes to its end when it is not', async () => {
    const { got, error } = await sent(digestOf('sha256'), OTHER);
    expect(got).toBe('broken off');
    expect(error).toBeInstanceOf(SourceFailed);
  });

  it('is not even begun when its digest cannot be looked at', async () => {
    const { got, error } = await sent('md5:00', BLOB);
    expect(got).toBeUndefined();
    expect(error).toBeInstanceOf(SourceFailed);
  });
});
