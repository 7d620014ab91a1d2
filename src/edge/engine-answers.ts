import { EngineLost } from '../data-plane/engine-client.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EngineCall } from './engine-proxy.js';
import { EngineIll } from './ill-engines.js';
import { OciError } from './oci-error.js';
import type { RoomEnd } from './room.js';

/** What the engine does not have is not there either, whoever deleted it. */
export function isDeleted({ route, request }: EngineCall, { statusCode }: IncomingMessage): boolean {
  return route.kind === 'manifest' && request.method === 'DELETE' && (statusCode === 202 || statusCode === 404);
}

/** The engine announces the length of the whole blob and sends a sentence, so that clients would see it break off. */
export function outOfRange(answered: IncomingMessage): OciError {
  answered.destroy();
  const contentRange = answered.headers['content-range'];
  return new OciError('RANGE_INVALID', 'The blob has none of the bytes of the Range that was asked for.', {
    headers: contentRange === undefined ? {} : { 'Content-Range': contentRange },
  });
}

export function isBegun({ route }: EngineCall, { statusCode }: IncomingMessage): boolean {
  return route.kind === 'uploads' && statusCode === 202;
}

/** The client does not want the upload any more. */
export function isGivenUp({ route, request }: EngineCall, { statusCode }: IncomingMessage): boolean {
  return route.kind === 'upload' && request.method === 'DELETE' && statusCode === 204;
}

/** What is there to be asked for again. */
interface Repeatable {
  readonly manifest: Buffer | undefined;
  end: RoomEnd;
  /** Whether the engine has failed to do it before, maybe when half of it was done. */
  hasFailed: boolean;
}

/**
 * An engine fails to store or delete a manifest while others write or delete the same tags or blobs; a moment later it can.
 * @throws EngineLost, so that it is asked again.
 */
export function requireDone({ method }: IncomingMessage, answered: IncomingMessage, load: Repeatable): void {
  const { statusCode = 0 } = answered;
  if (statusCode < 500 || (method !== 'DELETE' && !load.manifest)) return;
  answered.resume();
  load.hasFailed = true;
  load.end = 'refused';
  throw new EngineLost(`The engine answered ${statusCode} to ${method}.`);
}

/** What an engine has deleted, and then failed, it does not have when it is asked again. */
export function sendDeleted(answered: IncomingMessage, response: ServerResponse): void {
  answered.resume();
  response.writeHead(202, { 'Content-Length': 0, 'Docker-Distribution-Api-Version': 'registry/2.0' }).end();
}

/** @throws EngineIll when the engine itself is what is wrong, as far as can be seen. */
export function requireWell(answered: IncomingMessage): void {
  const { statusCode = 0 } = answered;
  if (statusCode < 500) return;
  answered.resume();
  throw new EngineIll('errors', `The engine answered ${statusCode}.`);
}
