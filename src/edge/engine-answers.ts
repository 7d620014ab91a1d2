import { EngineLost } from '../data-plane/engine-client.js';
import type { IncomingMessage } from 'node:http';
import type { EngineCall } from './engine-proxy.js';
import { EngineIll } from './ill-engines.js';
import { OciError } from './oci-error.js';
import type { RoomEnd } from './room.js';

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
}

/**
 * An engine fails to store a manifest, or to delete, while others write or delete the same; a moment later it can.
 * @throws EngineLost, so that it is asked again.
 */
export function requireDone({ method }: IncomingMessage, answered: IncomingMessage, load: Repeatable): void {
  const { statusCode = 0 } = answered;
  if (statusCode < 500 || (method !== 'DELETE' && !load.manifest)) return;
  answered.resume();
  load.end = 'refused';
  throw new EngineLost(`The engine answered ${statusCode} to ${method}.`);
}

/** @throws EngineIll when the engine itself is what is wrong, as far as can be seen. */
export function requireWell(answered: IncomingMessage): void {
  const { statusCode = 0 } = answered;
  if (statusCode < 500) return;
  answered.resume();
  throw new EngineIll('errors', `The engine answered ${statusCode}.`);
}
