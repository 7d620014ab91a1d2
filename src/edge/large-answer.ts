import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { newReadBuffer, takeOver } from '../data-plane/engine-socket.js';

/** From here on a connection of its own, which cannot be kept, is cheaper than new memory for every read. */
const LARGE_BYTES = 1024 * 1024;

/** One is read into and one is written; the third makes up for a read that Node began on its own. */
const BUFFERS = 3;
const UNWRITTEN_LIMIT = 2;

/** Whether the engine's answer has a body of known length for which `sendLargeAnswer` is worth while. */
export function isLargeAnswer(answered: IncomingMessage, { method }: Pick<IncomingMessage, 'method'>): boolean {
  const { headers, statusCode, socket } = answered;
  const hasBody = method === 'GET' && (statusCode === 200 || statusCode === 206);
  const isLarge = headers['transfer-encoding'] === undefined && Number(headers['content-length']) >= LARGE_BYTES;
  return hasBody && isLarge && socket.readableLength === 0 && !answered.readableDidRead;
}

/**
 * Sends the body of a large answer through buffers that are used again, past Node's parser: a new buffer for every read costs four times
 * the CPU, and tens of megabytes until the next collection. The engine's connection ends with it.
 * @throws when the client goes, or the engine before it has sent all; the client's connection is closed then.
 */
export async function sendLargeAnswer(answered: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = answered;
  const buffers = Array.from({ length: BUFFERS }, newReadBuffer);
  let reads = 0;
  let unwritten = 0;
  let leftBytes = Number(answered.headers['content-length']);
  const onWritten = () => {
    unwritten--;
    if (leftBytes > 0) socket.resume();
  };
  const take = (bytes: Buffer): boolean => {
    const part = bytes.subarray(0, leftBytes);
    leftBytes -= part.length;
    unwritten++;
    response.write(part, onWritten);
    if (leftBytes === 0) response.end();
    return unwritten < UNWRITTEN_LIMIT;
  };

  takeOver(socket, { nextBuffer: () => buffers[reads++ % BUFFERS] ?? newReadBuffer(), take });
  // To the parser the answer is cut off, whatever happens.
  answered.on('error', () => undefined);
  socket.once('close', () => leftBytes > 0 && response.destroy());
  const begun = answered.read() as Buffer | null;
  if (begun) take(begun);
  try {
    await finished(response);
  } finally {
    socket.destroy();
  }
}
