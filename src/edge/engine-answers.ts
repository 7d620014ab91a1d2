import { EngineLost } from '../data-plane/engine-client.js';
import type { IncomingMessage } from 'node:http';
import type { EngineCall } from './engine-proxy.js';
import { EngineIll } from './ill-engines.js';
import { OciError } from './oci-error.js';

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

/**
 * An engine fails to delete a manifest while others write or delete tags of it; a moment later it can.
 * @throws EngineLost, so that it is asked again.
 */
export function requireDeletion({ method }: IncomingMessage, answered: IncomingMessage): void {
  const { statusCode = 0 } = answered;
  if (method !== 'DELETE' || statusCode < 500) return;
  answered.resume();
  throw new EngineLost(`The engine answered ${statusCode} to a deletion.`);
}

/** @throws EngineIll when the engine itself is what is wrong, as far as can be seen. */
export function requireWell(answered: IncomingMessage): void {
  const { statusCode = 0 } = answered;
  if (statusCode < 500) return;
  answered.resume();
  throw new EngineIll('errors', `The engine answered ${statusCode}.`);
}
