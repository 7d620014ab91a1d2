import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Room, RoomEnd } from './room.js';
import { sendUpload } from './send-upload.js';

/** What a request brings, while engines are asked to take it. */
export interface Load {
  readonly hasBody: boolean;
  readonly manifest: Buffer | undefined;
  room: Room | undefined;
  /** `broken` from when an engine begins to read the body until it answers. */
  end: RoomEnd;
  /** Whether what its manifest refers to has been looked for in other regions. */
  isCompleted: boolean;
}

/** Touches the body only once the engine has taken the connection, so that until then another engine may be asked. */
export async function sendBody(
  sent: ClientRequest,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  load: Load,
): Promise<void> {
  const [socket] = sent.socket ? [sent.socket] : await once(sent, 'socket').catch(() => [undefined]);
  if (!socket || sent.destroyed) return;
  if (socket.connecting) await once(socket, 'connect').catch(() => undefined);
  if (sent.destroyed) return;
  load.end = 'broken';
  if (load.manifest) return void sent.end(load.manifest);
  if (request.headers.expect !== undefined) response.writeContinue();
  sendUpload(request, sent, load.room);
}
