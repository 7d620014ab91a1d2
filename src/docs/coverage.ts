import type { OpenAPIObject } from '@nestjs/swagger';
import { API_VERSIONS } from '../api-versions/index.js';
import { routesOf, type Parameter, type Route } from '../openapi/open-api.js';
import { isOfProvider, versionsOf } from '../openapi/served-versions.js';
import { code, tableOf } from './markdown.js';

/** Which operation answers in which api-version, for the README. */
export function coverage(document: OpenAPIObject): string {
  const versions = Object.keys(API_VERSIONS);
  const versioned = routesOf(document).filter(
    ({ path }) => path.startsWith('/subscriptions') || path === '/tenants' || isOfProvider(path),
  );
  const rows = versioned
    .filter(({ path }) => isOfProvider(path))
    .map((route) => [
      nameOf(route),
      ...versions.map((version) => (versionsOf(route.path).includes(version) ? '✓' : '')),
    ]);
  const others = new Map<string, Route[]>();
  for (const route of versioned.filter(({ path }) => !isOfProvider(path)))
    others.set(toldVersions(route), [...(others.get(toldVersions(route)) ?? []), route]);
  return [
    tableOf(
      ['Operation', ...versions],
      rows.sort(([one = ''], [other = '']) => one.localeCompare(other, 'en')),
    ),
    ...[...others].map(([told, routes]) => `Beside the provider, in ${told}: ${routes.map(nameOf).sort().join(', ')}.`),
  ].join('\n\n');
}

/** The api-versions that a route says it takes, in words. */
function toldVersions({ operation }: Route): string {
  const parameter = operation.parameters?.find((one) => 'name' in one && one.name === 'api-version');
  const { enum: known = [] } =
    ((parameter as Parameter | undefined)?.schema as { readonly enum?: readonly string[] }) ?? {};
  const sorted = known.toSorted();
  return sorted.length > 4 ? `${sorted.length} api-versions from ${sorted[0]} to ${sorted.at(-1)}` : sorted.join(', ');
}

function nameOf({ operation }: Route): string {
  return code(operation.operationId ?? '');
}
