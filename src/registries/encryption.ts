import type { Problem } from '../arm/arm-error.js';
import { isUuid } from '../arm/uuid.js';
import type { Registry } from './registry.entity.js';

const KEY = /^https:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?\/keys\/[a-zA-Z0-9-]{1,127}(\/[a-zA-Z0-9]{1,64})?$/i;
const MEMBERS = 'properties.encryption.keyVaultProperties';

/** What is wrong with the block, and that no key vault can be reached when it asks for one. */
export function encryptionProblems({ encryption: { status, keyVaultProperties } }: Registry): Problem[] {
  const { keyIdentifier, identity } = keyVaultProperties ?? {};
  const isOn = status === 'enabled';
  return [
    ...(isOn ? [NO_KEY_VAULT] : []),
    ...(isOn && keyIdentifier === undefined ? [problem('keyIdentifier', 'it names the key, and is needed')] : []),
    ...(keyIdentifier !== undefined && !KEY.test(keyIdentifier)
      ? [
          problem(
            'keyIdentifier',
            `'${keyIdentifier}' is not a key's URL, such as https://myvault.vault.azure.net/keys/name`,
          ),
        ]
      : []),
    ...(isOn && identity === undefined
      ? [problem('identity', 'it names the identity that reads the key, and is needed')]
      : []),
    ...(identity !== undefined && !isUuid(identity)
      ? [problem('identity', `'${identity}' is not the client id of an identity, which is a UUID`)]
      : []),
  ];
}

const NO_KEY_VAULT: Problem = {
  code: 'FeatureNotSupported',
  target: 'properties.encryption.status',
  message:
    `'properties.encryption.status': this release reaches no key vault, so that nothing would be encrypted with your own ` +
    `key. Leave 'encryption' out or send the status 'disabled'.`,
};

function problem(member: string, what: string): Problem {
  return { code: 'InvalidParameter', target: `${MEMBERS}.${member}`, message: `'${MEMBERS}.${member}': ${what}.` };
}
