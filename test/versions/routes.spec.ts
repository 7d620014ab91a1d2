import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { coverage } from '../../src/docs/coverage.js';
import { routesOf } from '../../src/openapi/open-api.js';
import { isOfProvider, versionsOf } from '../../src/openapi/served-versions.js';
import { hasOfficialDescriptions, officialFile } from '../support/official-descriptions.js';

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as OpenAPIObject;
/** Where clients poll, which the descriptions keep silent about. */
const OF_OPERATIONS = /\/operation(Statuses|Results)\//;
/** What Azure does not have, in every version alike. */
const OURS: readonly string[] = [
  'LifecyclePolicies_Delete',
  'LifecyclePolicies_Evaluate',
  'LifecyclePolicies_Get',
  'LifecyclePolicies_Set',
  'Registries_ListRegionEndpoints',
  'Registries_ListZones',
  'Registries_SynchronizeZones',
  'Replications_GetProgress',
  'Replications_Synchronize',
  'TagImmutabilityPolicies_Delete',
  'TagImmutabilityPolicies_Get',
  'TagImmutabilityPolicies_Set',
  'Webhooks_GetSignatureSecret',
  'Webhooks_Redeliver',
  'Webhooks_RotateSignatureSecret',
];
const routes = routesOf(document).filter(({ path }) => isOfProvider(path) && !OF_OPERATIONS.test(path));
const isOurs = ({ operation }: (typeof routes)[number]) => OURS.includes(operation.operationId ?? '');

/** `get /…/registries/{}`: how two descriptions of one route are found to be the same. */
const keyOf = (method: string, path: string) => `${method} ${path.toLowerCase().replaceAll(/\{\w+\}/g, '{}')}`;

describe.skipIf(!hasOfficialDescriptions)('the routes of the provider', () => {
  it.each(Object.keys(API_VERSIONS))('are served in %s where its description has them, and nowhere else', (version) => {
    const { paths } = JSON.parse(readFileSync(officialFile(version), 'utf8')) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const known = new Set(
      Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => keyOf(method, path)),
      ),
    );
    const served = routes.filter((route) => !isOurs(route) && versionsOf(route.path).includes(version));
    const ours = new Set(routes.map(({ method, path }) => keyOf(method, path)));
    expect(served.map(({ method, path }) => keyOf(method, path)).toSorted()).toEqual(
      [...known].filter((key) => ours.has(key)).toSorted(),
    );
  });
});

it('what is ours is there, and nobody else describes it', () => {
  expect(routes.filter(isOurs).map(({ operation }) => operation.operationId)).toHaveLength(OURS.length);
});

it('the table of what is served names each of them', () => {
  const table = coverage(document);
  for (const { operation } of routes) expect(table).toContain(`| \`${operation.operationId}\``);
});
