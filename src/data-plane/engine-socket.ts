import { connect, type Socket } from 'node:net';

/** The most that one read brings. */
const READ_BYTES = 64 * 1024;

/** Every connection reads into it: what came is copied before any connection reads again. */
const SHARED = newReadBuffer();

/** Takes what comes over a connection, in buffers that it gives itself and uses again. */
export interface Taker {
  /** The buffer of the read that follows. */
  readonly nextBuffer: () => Buffer;
  /** Says whether to read on at once; after a no, `resume` of the socket reads on. */
  readonly take: (bytes: Buffer) => boolean;
}

const takers = new WeakMap<Socket, Taker>();

/** A connection to the engine on a unix socket. It is an ordinary stream until somebody takes it over. */
export function connectToEngine(path: string): Socket {
  let socket: Socket | undefined;
  const taker = () => socket && takers.get(socket);
  const take = (bytes: Buffer): boolean => {
    const kept = bytes.buffer === SHARED.buffer ? Buffer.from(bytes) : bytes;
    return taker()?.take(kept) ?? socket?.push(kept) ?? true;
  };
  socket = connect({
    path,
    onread: {
      buffer: () => taker()?.nextBuffer() ?? SHARED,
      callback: (length, buffer) => take(Buffer.from(buffer.buffer, buffer.byteOffset, length)),
    },
  });
  return socket;
}

/** From here on the stream has no data: all that comes goes to the taker. */
export function takeOver(socket: Socket, taker: Taker): void {
  takers.set(socket, taker);
}

export function newReadBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(READ_BYTES);
}
