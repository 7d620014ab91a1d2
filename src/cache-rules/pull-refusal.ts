import { SourceFailed } from '../copying/content-source.js';
import { TooManyManifests } from '../copying/copy-manifest.js';
import { NoCredential } from '../credential-sets/credential-set-logins.js';
import { OciError, unavailable } from '../edge/oci-error.js';
import { UpstreamFailed } from '../upstream/upstream-failed.js';
import type { MatchedRule } from './cache-fills.repository.js';
import { TooBusy } from './fill-slots.js';
import { NotThere } from './not-there.js';
import { placeOf } from './pull-plan.js';

/** After which somebody may have a turn who had none. */
const BUSY_SECONDS = 10;

/** What a client is told when something could not be brought, with what the other registry said. */
export function refusalOf(error: unknown, rule: MatchedRule, repository: string): Error {
  const { name } = placeOf(rule, repository);
  if (error instanceof OciError) return error;
  if (error instanceof NotThere) return new OciError('MANIFEST_UNKNOWN', error.message, { detail: { name } });
  if (error instanceof UpstreamFailed && error.refusal?.status === 429)
    return new OciError('TOOMANYREQUESTS', told(name, error.message), {
      headers: { 'Retry-After': String(Math.ceil((error.refusal.retryAfterMs ?? 60_000) / 1000)) },
    });
  if (error instanceof TooBusy)
    return new OciError('TOOMANYREQUESTS', told(name, `${error.message.replace(/\.$/, '')}; try again`), {
      headers: { 'Retry-After': String(BUSY_SECONDS) },
    });
  if (error instanceof SourceFailed || error instanceof TooManyManifests || error instanceof NoCredential)
    return badGateway(name, error.message);
  return unavailable('What the cache rule names could not be stored now; try again.', error);
}

function badGateway(name: string, why: string): OciError {
  return new OciError('UNAVAILABLE', told(name, why), { status: 502, detail: { name } });
}

function told(name: string, why: string): string {
  return `'${name}' could not be brought by its cache rule: ${why}.`;
}
