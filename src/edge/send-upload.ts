/// <reference lib="es2024.arraybuffer" />
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Room } from './room.js';

/**
 * Sends the bytes of an upload on as they come, and forgets what comes when the engine's request has been destroyed, or has
 * ended since there is no room for the rest. The memory of each piece is given back once the engine's connection has it:
 * tens of megabytes would wait for a collection.
 */
export function sendUpload(request: IncomingMessage, sent: ClientRequest, room: Room | undefined): void {
  let isGrowing = false;
  let hasEnded = false;
  const isOver = () => sent.destroyed || sent.writableEnded;
  const send = (bytes: Buffer): boolean =>
    sent.write(bytes, (error) => {
      if (!error) giveBack(bytes);
    });
  const sendOnceThereIsRoom = async (bytes: Buffer, within: Room) => {
    isGrowing = true;
    request.pause();
    const hasRoom = await within.grow();
    isGrowing = false;
    if (isOver()) return;
    const isTaken = hasRoom && send(bytes);
    if (!hasRoom || hasEnded) sent.end();
    else if (isTaken) request.resume();
  };
  request.on('data', (bytes: Buffer) => {
    if (isOver()) return;
    if (room && !room.take(bytes.length)) void sendOnceThereIsRoom(bytes, room);
    else if (!send(bytes)) request.pause();
  });
  // A body whose last piece is held back may end all the same.
  request.once('end', () => {
    hasEnded = true;
    if (!isGrowing && !isOver()) sent.end();
  });
  sent.on('drain', () => {
    if (!isGrowing) request.resume();
  });
}

/** Only memory that holds nothing else. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}
