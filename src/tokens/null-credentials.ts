import type { Problem } from '../arm/arm-error.js';

/**
 * A body that leaves the passwords out keeps them, so the null that removes a member in a merge patch would remove nothing.
 * It is refused rather than answered as if it had.
 */
export function nullCredentialProblems(body: unknown): Problem[] {
  const credentials = memberOf(memberOf(body, 'properties'), 'credentials');
  const place =
    credentials === null
      ? 'properties.credentials'
      : memberOf(credentials, 'passwords') === null && 'properties.credentials.passwords';
  if (!place) return [];
  return [
    {
      code: 'InvalidParameter',
      target: place,
      message: `'${place}': null removes nothing here. Send the passwords that shall stay, or [] to remove them all.`,
    },
  ];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
