import type { Secret } from '../secrets/secret.js';
import type { Refusal } from './credential-set.entity.js';
import type { SecretProblem } from './secret-reader.js';

/** Whether a credential could be used, and if not, why. */
export interface CredentialHealth {
  readonly status: 'Healthy' | 'Unhealthy';
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

type Found = Secret | SecretProblem;

/** A credential whose secrets can be read is healthy, until the registry that it is for says otherwise. */
export function credentialHealth(
  { username, password }: { readonly username: Found; readonly password: Found },
  refusal: Refusal | null | undefined,
): CredentialHealth {
  const problem = [username, password].find(isProblem);
  if (problem) return { status: 'Unhealthy', errorCode: problem.code, errorMessage: problem.message };
  if (!refusal) return { status: 'Healthy' };
  return {
    status: 'Unhealthy',
    errorCode: 'UpstreamRefused',
    errorMessage: `At ${refusal.at} the registry did not take the user name and password: ${refusal.message}`,
  };
}

export function isProblem(found: Found): found is SecretProblem {
  return 'code' in found;
}
