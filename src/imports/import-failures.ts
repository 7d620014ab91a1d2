import { TooManyManifests } from '../copying/copy-manifest.js';
import { SourceFailed } from '../copying/content-source.js';
import { TargetFailed } from '../copying/content-target.js';
import { OciError } from '../edge/oci-error.js';
import { PlanFailure } from '../work/plan.js';

/** Claims of an import before what may pass by itself ends it: about a quarter of a minute. */
const PATIENCE = 5;

/** In the words that ARM has for a tag that is in the way of an import. */
export function tagExists(repository: string, tag: string): { readonly code: 'Conflict'; readonly message: string } {
  const message =
    `Tag ${repository}:${tag} already exists in target registry. Import it under another tag, ` +
    `or with the mode 'Force', which moves the tag.`;
  return { code: 'Conflict', message };
}

/** What went wrong with an import, as its operation ends with it; whatever may pass by itself stays as it is. */
export function asImportFailure(error: unknown, attempts: number): unknown {
  if (error instanceof TooManyManifests) return invalid(error.message);
  if (error instanceof OciError) return ofOciError(error);
  if (!(error instanceof SourceFailed) && !(error instanceof TargetFailed)) return error;
  return error.isWorthRetrying && attempts < PATIENCE ? error : invalid(error.message);
}

/** What a push would be answered. */
function ofOciError(error: OciError): unknown {
  if (error.status >= 500) return error;
  return error.status === 409 ? new PlanFailure('Conflict', error.message) : invalid(error.message);
}

function invalid(reason: string): PlanFailure {
  return new PlanFailure('InvalidParameters', `Error copying the image: ${reason.replace(/\.?$/, '.')}`);
}
