import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Headers that speak of one connection, and not of the message on it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The edge has dealt with them: the engine knows no users, and has its body when it asks. */
const KEPT_FROM_ENGINE: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'authorization', 'cookie', 'expect']);

/**
 * The headers with which the engine is asked.
 * @param body whether a body follows, and whether it is an upload's bytes.
 */
export function engineRequestHeaders(
  request: IncomingMessage,
  body: { readonly isSent: boolean; readonly isBlob: boolean },
): OutgoingHttpHeaders {
  const kept = without(request.headers, KEPT_FROM_ENGINE);
  if (!body.isSent) delete kept['content-length'];
  // The engine reads a form's fields before those of the address, on which the edge has decided.
  if (body.isBlob) kept['content-type'] = 'application/octet-stream';
  return kept;
}

/** The engine's headers as they go to the client: name, value, name, value, in the engine's spelling. */
export function clientResponseHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
  const dropped = namedByConnection(headers);
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)]?.toLowerCase() ?? '';
    return !HOP_BY_HOP.has(name) && !dropped.has(name);
  });
}

/** Whether a body of any length, maybe none, has been announced. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function without(headers: IncomingHttpHeaders, dropped: ReadonlySet<string>): OutgoingHttpHeaders {
  const alsoDropped = namedByConnection(headers);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name) && !alsoDropped.has(name)));
}

/** A sender may declare further headers to be of its connection alone. Never the length, on which framing depends. */
function namedByConnection({ connection }: IncomingHttpHeaders): ReadonlySet<string> {
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !['content-length', 'content-type', 'host'].includes(name)));
}
