import type { AuthCredential } from './credential-set.entity.js';

/** Whether a credential could be used, and if not, why. */
export interface CredentialHealth {
  readonly status: 'Healthy' | 'Unhealthy';
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** No key vault can be asked, so that no credential was ever read; whoever looks is told so. */
export function credentialHealth({
  name,
  usernameSecretIdentifier,
  passwordSecretIdentifier,
}: AuthCredential): CredentialHealth {
  return {
    status: 'Unhealthy',
    errorCode: 'KeyVaultNotSupported',
    errorMessage:
      `The secrets of '${name}' were not read: this release asks no key vault. ` +
      `They would be ${usernameSecretIdentifier} and ${passwordSecretIdentifier}.`,
  };
}
