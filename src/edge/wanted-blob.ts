import { isDigest } from '../content/digest.js';
import type { V2Route } from './v2-route.js';

/**
 * The blob that a client takes to be there when it is told so: one that it asks for before it would push it, that it
 * mounts, or that it has uploaded. Undefined when the request is no such thing.
 */
export function wantedBlob({ kind, last, enginePath }: V2Route, method: string | undefined): string | undefined {
  const query = new URLSearchParams(enginePath.split('?')[1]);
  if (kind === 'blob' && method === 'HEAD') return last;
  const digest = kind === 'uploads' ? query.get('mount') : kind === 'upload' ? query.get('digest') : null;
  return digest !== null && isDigest(digest) ? digest : undefined;
}
