import { ArmError } from './arm-error.js';
import type { ResourceId } from './resource-id.js';

/** The 409 that ARM has for management locks in the way; `scopes` are theirs. */
export function refuseLocked(
  operation: 'write' | 'delete',
  id: ResourceId,
  scopes: readonly string[] | null | undefined,
): void {
  if (!scopes?.length) return;
  throw new ArmError(
    'ScopeLocked',
    `The scope '${id.toString()}' cannot perform ${operation} operation because following scope(s) are locked: ` +
      `${scopes.map((scope) => `'${scope}'`).join(', ')}. Please remove the lock and try again.`,
  );
}
