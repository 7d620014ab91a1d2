import type { OpenAPIObject } from '@nestjs/swagger';
import { API_VERSIONS } from '../api-versions/index.js';
import { routesOf, type Route } from '../openapi/open-api.js';
import { isOfProvider, versionsOf } from '../openapi/served-versions.js';
import { code, tableOf } from './markdown.js';

/** Which operation answers in which api-version, for the README. */
export function coverage(document: OpenAPIObject): string {
  const versions = Object.keys(API_VERSIONS);
  const versioned = routesOf(document).filter(({ path }) => path.startsWith('/subscriptions') || path === '/tenants');
  const rows = versioned
    .filter(({ path }) => isOfProvider(path))
    .map((route) => [
      nameOf(route),
      ...versions.map((version) => (versionsOf(route.path).includes(version) ? '✓' : '')),
    ]);
  const manager = versioned.filter(({ path }) => !isOfProvider(path));
  const known = versionsOf('/tenants');
  return [
    tableOf(
      ['Operation', ...versions],
      rows.sort(([one = ''], [other = '']) => one.localeCompare(other, 'en')),
    ),
    `Of Azure Resource Manager itself, in its ${known.length} api-versions from ${known.at(-1)} to ${known[0]}: ` +
      `${manager.map(nameOf).sort().join(', ')}.`,
  ].join('\n\n');
}

function nameOf({ operation }: Route): string {
  return code(operation.operationId ?? '');
}
