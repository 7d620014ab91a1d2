/// <reference lib="es2024.arraybuffer" />
import type { ClientRequest, IncomingMessage } from 'node:http';

/**
 * Sends the bytes of an upload on as they come, and forgets what comes when the engine's request has been destroyed. The
 * memory of each piece is given back once the engine's connection has it: tens of megabytes would wait for a collection.
 */
export function sendUpload(request: IncomingMessage, sent: ClientRequest): void {
  request.on('data', (bytes: Buffer) => {
    if (sent.destroyed) return;
    const isTaken = sent.write(bytes, (error) => {
      if (!error) giveBack(bytes);
    });
    if (!isTaken) request.pause();
  });
  request.once('end', () => {
    if (!sent.destroyed) sent.end();
  });
  sent.on('drain', () => request.resume());
}

/** Only memory that holds nothing else. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}
