import type { Problem } from '../arm/arm-error.js';
import type { Registry } from './registry.entity.js';

interface UnsupportedSetting {
  readonly target: string;
  readonly asked: (registry: Registry) => boolean;
  /** What to send instead. */
  readonly supported: string;
}

/**
 * Settings that the API has and that nothing would act on in this release. They are refused rather than stored: a setting
 * that is accepted must be true. A row leaves with the change that makes its feature work.
 */
const UNSUPPORTED: readonly UnsupportedSetting[] = [
  { target: 'identity.type', asked: ({ identity }) => identity !== null, supported: "'None'" },
  {
    target: 'properties.encryption.status',
    asked: ({ encryption }) => encryption.status === 'enabled',
    supported: "'disabled'",
  },
  {
    target: 'properties.dataEndpointEnabled',
    asked: ({ dataEndpointEnabled }) => dataEndpointEnabled,
    supported: 'false',
  },
  {
    target: 'properties.zoneRedundancy',
    asked: ({ zoneRedundancy }) => zoneRedundancy === 'Enabled',
    supported: "'Disabled'",
  },
  {
    target: 'properties.networkRuleBypassAllowedForTasks',
    asked: ({ networkRuleBypassAllowedForTasks }) => networkRuleBypassAllowedForTasks,
    supported: 'false',
  },
  {
    target: 'properties.roleAssignmentMode',
    asked: ({ roleAssignmentMode }) => roleAssignmentMode === 'AbacRepositoryPermissions',
    supported: "'LegacyRegistryPermissions'",
  },
  {
    target: 'properties.policies.quarantinePolicy.status',
    asked: ({ policies }) => policies.quarantinePolicy.status === 'enabled',
    supported: "'disabled'",
  },
  {
    target: 'properties.policies.trustPolicy.status',
    asked: ({ policies }) => policies.trustPolicy.status === 'enabled',
    supported: "'disabled'",
  },
  {
    target: 'properties.policies.retentionPolicy',
    asked: ({ policies: { retentionPolicy } }) => retentionPolicy.status === 'enabled' || retentionPolicy.days !== 7,
    supported: "status 'disabled' and 7 days",
  },
  {
    target: 'properties.policies.softDeletePolicy',
    asked: ({ policies: { softDeletePolicy } }) =>
      softDeletePolicy.status === 'enabled' || softDeletePolicy.retentionDays !== 7,
    supported: "status 'disabled' and 7 retentionDays",
  },
  {
    target: 'properties.policies.exportPolicy.status',
    asked: ({ policies }) => policies.exportPolicy.status === 'disabled',
    supported: "'enabled'",
  },
  {
    target: 'properties.policies.azureADAuthenticationAsArmPolicy.status',
    asked: ({ policies }) => policies.azureADAuthenticationAsArmPolicy.status === 'disabled',
    supported: "'enabled'",
  },
];

/** One problem for each setting that this release would only pretend to have. */
export function unsupportedSettings(registry: Registry): Problem[] {
  return UNSUPPORTED.filter(({ asked }) => asked(registry)).map(({ target, supported }) => ({
    code: 'FeatureNotSupported',
    target,
    message: `This release does not act on '${target}'. Leave it out or send ${supported}.`,
  }));
}
