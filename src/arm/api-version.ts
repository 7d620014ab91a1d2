import { ArmError } from './arm-error.js';

const FORM = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

/**
 * The entry of `served` for the api-version of a request. `what` is the resource type that the error speaks of; left out
 * for Azure Resource Manager's own routes.
 * @throws ArmError that lists the versions served.
 */
export function servedVersion<T>(
  served: ReadonlyMap<string, T>,
  apiVersion: string | undefined,
  what?: { readonly type: string; readonly locations?: readonly string[] },
): T {
  if (!apiVersion)
    throw new ArmError(
      'MissingApiVersionParameter',
      `The api-version query parameter (?api-version=) is required for all requests. ${supported(served)}`,
      { target: 'api-version' },
    );
  const found = served.get(apiVersion.toLowerCase());
  if (found !== undefined) return found;
  if (!what || !FORM.test(apiVersion))
    throw new ArmError(
      'InvalidApiVersionParameter',
      `The api-version '${apiVersion}' is invalid. ${supported(served)}`,
      {
        target: 'api-version',
      },
    );
  throw new ArmError(
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${apiVersion}' for type '${what.type}'. ${supported(served)}`,
    { target: 'api-version' },
  );
}

function supported(served: ReadonlyMap<string, unknown>): string {
  return `The supported api-versions are '${[...served.keys()].join(', ')}'.`;
}

/** Versions of Azure Resource Manager's own routes (subscriptions, groups, providers, operations of theirs). */
export const RESOURCE_MANAGER_VERSIONS: ReadonlyMap<string, true> = new Map(
  [
    '2014-04-01-preview',
    '2015-01-01',
    '2015-11-01',
    '2016-06-01',
    '2016-09-01',
    '2018-02-01',
    '2018-05-01',
    '2019-05-01',
    '2019-06-01',
    '2019-08-01',
    '2019-10-01',
    '2019-11-01',
    '2020-01-01',
    '2020-06-01',
    '2020-10-01',
    '2021-01-01',
    '2021-04-01',
    '2022-09-01',
    '2022-12-01',
    '2023-07-01',
    '2024-03-01',
    '2024-07-01',
    '2024-11-01',
    '2025-03-01',
    '2025-04-01',
  ].map((version) => [version, true]),
);
