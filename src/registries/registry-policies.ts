import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../arm/arm-error.js';
import type { Registry } from './registry.entity.js';

/** Since when the policies that count days stand as they are; null since the creation. */
export function policyTimes(
  next: Registry,
  current: Registry | undefined,
  now: Date,
): Pick<Registry, 'retentionUpdatedAt' | 'softDeleteUpdatedAt' | 'retentionEnabledAt'> {
  const isRetained = next.policies.retentionPolicy.status === 'enabled';
  const retentionEnabledAt = isRetained ? (current?.retentionEnabledAt ?? now) : null;
  if (!current) return { retentionUpdatedAt: null, softDeleteUpdatedAt: null, retentionEnabledAt };
  const isChanged = (name: 'retentionPolicy' | 'softDeletePolicy') =>
    !isDeepStrictEqual(current.policies[name], next.policies[name]);
  return {
    retentionUpdatedAt: isChanged('retentionPolicy') ? now : current.retentionUpdatedAt,
    softDeleteUpdatedAt: isChanged('softDeletePolicy') ? now : current.softDeleteUpdatedAt,
    retentionEnabledAt,
  };
}

/** What everybody can reach can also be taken away, so that an end of exports asks for an end of public access. */
export function exportProblems({ policies, publicNetworkAccess }: Registry): Problem[] {
  if (policies.exportPolicy.status === 'enabled' || publicNetworkAccess === 'Disabled') return [];
  return [
    {
      code: 'InvalidParameter',
      target: 'properties.policies.exportPolicy.status',
      message:
        `Exports can be disabled only where public network access is. ` +
        `Send 'publicNetworkAccess': 'Disabled' as well, or the status 'enabled'.`,
    },
  ];
}
