import type { IncomingMessage, ServerResponse } from 'node:http';

/** Time in which not one byte may move in either direction before a transfer is given up. */
const QUIET_LIMIT_MS = 60_000;

/** The engine may be writing a huge blob to a slow disk when it has all of it and says nothing. */
const ENGINE_QUIET_LIMIT_MS = 600_000;

/** Time for which the rest of a body that nobody wants is read, so that the client sees the answer and no reset. */
const DRAIN_LIMIT_MS = 5_000;

/**
 * Watches a transfer and calls `giveUp` once nothing has moved for a minute; a slow one that moves may take for ever.
 * Costs one timer, and nothing per byte. Answers the way to stop watching.
 */
export function watchForQuiet(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  giveUp: () => void,
): () => void {
  const { socket } = request;
  let moved = -1;
  let quietMs = 0;
  const timer = setInterval(() => {
    const total = socket.bytesRead + socket.bytesWritten;
    quietMs = total === moved ? quietMs + QUIET_LIMIT_MS / 4 : 0;
    moved = total;
    const isEnginesTurn = request.complete && !response.headersSent;
    if (quietMs >= (isEnginesTurn ? ENGINE_QUIET_LIMIT_MS : QUIET_LIMIT_MS)) giveUp();
  }, QUIET_LIMIT_MS / 4);
  timer.unref();
  return () => clearInterval(timer);
}

/** Reads what is left of a request's body and forgets it; ends the connection when that takes long. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const limit = setTimeout(() => request.socket.destroy(), DRAIN_LIMIT_MS);
  limit.unref();
  request.once('close', () => clearTimeout(limit));
  request.resume();
}
