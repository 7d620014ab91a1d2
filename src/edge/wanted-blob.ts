import { isDigest } from '../content/digest.js';
import type { V2Route } from './v2-route.js';

/**
 * The blob that a client takes to be there when it is told so: one that it asks for before it would push it, that it
 * mounts, or that it has uploaded. Undefined when the request is no such thing.
 */
export function wantedBlob({ kind, last, enginePath }: V2Route, method: string | undefined): string | undefined {
  if (kind === 'blob' && method === 'HEAD') return last;
  if (kind === 'uploads') return mountedBlob({ enginePath });
  return kind === 'upload' ? digestIn(enginePath, 'digest') : undefined;
}

/** The blob that a route of the kind `uploads` mounts; undefined when it mounts none. */
export function mountedBlob({ enginePath }: Pick<V2Route, 'enginePath'>): string | undefined {
  return digestIn(enginePath, 'mount');
}

function digestIn(enginePath: string, parameter: string): string | undefined {
  const digest = new URLSearchParams(enginePath.split('?')[1]).get(parameter);
  return digest !== null && isDigest(digest) ? digest : undefined;
}
