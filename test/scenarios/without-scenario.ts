import type { ArmErrorCode } from '../../src/arm/arm-error.js';

/** Codes that no scenario meets, and why a row of requests cannot. */
export const WITHOUT_SCENARIO: Readonly<Partial<Record<ArmErrorCode, string>>> = {
  SubscriptionRequestsThrottled: 'needs more requests than the limit',
  TenantRequestsThrottled: 'needs more requests than the limit',
  RequestEntityTooLarge: 'needs a body of more than 4 MB',
  RequestTimeout: 'needs a body that does not come',
  ResourceGroupDeletionTimeout: 'needs an hour',
  Conflict: 'needs an image that was pushed',
  ProvisioningFailed: 'needs an engine that fails',
  InternalServerError: 'needs a defect',
  ServerTimeout: 'needs a database that is away',
};
