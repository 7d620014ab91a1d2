import type { IncomingMessage } from 'node:http';
import type { EngineClient } from '../data-plane/engine-client.js';
import { OciError } from './oci-error.js';
import { inRegion } from './upload-region.js';
import type { V2Route } from './v2-route.js';

interface Chunk {
  readonly first: number;
  readonly last: number;
}

/** Of the specification, `first-last`; and of RFC 9110, `bytes first-last/all`, which some write. */
const CONTENT_RANGE = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/;

/**
 * Engines append whatever comes, in whatever order it comes. A chunk that says where it belongs is let through only when
 * that is where the upload ends; the others cost nothing here.
 * @throws OciError 416 that says how much of the upload is there, and where it goes on.
 */
export async function requireNextChunk(
  { kind, enginePath: path, region }: V2Route,
  { headers: { 'content-range': range, 'content-length': length } }: IncomingMessage,
  { engines, socketPath }: { readonly engines: EngineClient; readonly socketPath: string },
): Promise<void> {
  if (kind !== 'upload' || range === undefined) return;
  const { sent, answer } = engines.open({ socketPath, method: 'GET', path, headers: { host: 'engine' } });
  sent.end();
  const { statusCode, headers } = (await answer).resume();
  // Of an upload that is not there the engine tells the client itself.
  if (statusCode !== 204) return;
  const there = headers['range'] ?? '';
  if (isNext(chunkIn(range), Number(/-(\d+)$/.exec(there)?.[1]), length)) return;
  throw new OciError(
    'RANGE_INVALID',
    `The chunk '${range}' does not follow what is there, ${there}, or is not as long as it says; go on from there.`,
    { headers: { Range: there, Location: inRegion(headers['location'] ?? '', region) } },
  );
}

function chunkIn(range: string): Chunk | undefined {
  const [, first, last] = CONTENT_RANGE.exec(range) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

/** Engines say 0-0 of an upload of one byte and of one without any. */
function isNext(chunk: Chunk | undefined, lastThere: number, length: string | undefined): boolean {
  if (!chunk || chunk.last < chunk.first) return false;
  if (length !== undefined && Number(length) !== chunk.last - chunk.first + 1) return false;
  return chunk.first === lastThere + 1 || (lastThere === 0 && chunk.first === 0);
}
