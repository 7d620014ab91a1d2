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
const routes = routesOf(document).filter(({ path }) => isOfProvider(path) && !OF_OPERATIONS.test(path));

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
    const served = routes.filter(({ path }) => versionsOf(path).includes(version));
    const ours = new Set(routes.map(({ method, path }) => keyOf(method, path)));
    expect(served.map(({ method, path }) => keyOf(method, path)).toSorted()).toEqual(
      [...known].filter((key) => ours.has(key)).toSorted(),
    );
  });
});

it('the table of what is served names each of them', () => {
  const table = coverage(document);
  for (const { operation } of routes) expect(table).toContain(`| \`${operation.operationId}\``);
});
