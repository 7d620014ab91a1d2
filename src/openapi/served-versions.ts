import { API_VERSIONS } from '../api-versions/index.js';
import { RESOURCE_MANAGER_VERSIONS } from '../arm/api-version.js';

const PROVIDER = 'Microsoft.ContainerRegistry/';

/** Whether the route is the resource provider's, rather than of Azure Resource Manager or of what extends a resource. */
export function isOfProvider(path: string): boolean {
  return path.includes(PROVIDER) && !path.includes('/providers/', path.indexOf(PROVIDER));
}

/** Routes below a registry that came with another type than the one in their path. */
const CAME_WITH: Readonly<Record<string, string>> = {
  [`${PROVIDER}registries/{registryName}/generateCredentials`]: `${PROVIDER}registries/tokens`,
  [`${PROVIDER}registries/{registryName}/privateLinkResources`]: `${PROVIDER}registries/privateEndpointConnections`,
};

/**
 * The api-versions in which a route answers, newest first: those of the longest resource type that its path names. A
 * route of the provider that is about no type is in all of them.
 */
export function versionsOf(path: string): readonly string[] {
  if (!isOfProvider(path)) return [...RESOURCE_MANAGER_VERSIONS.keys()].toReversed();
  const types = Object.values(API_VERSIONS).flatMap((wires) => Object.keys(wires));
  const whole = path.slice(path.indexOf(PROVIDER));
  const tail = CAME_WITH[whole] ?? whole.replaceAll(/\/\{\w+\}/g, '');
  const [type] = types.filter((known) => tail.startsWith(known)).sort((one, other) => other.length - one.length);
  const versions = Object.entries(API_VERSIONS);
  return versions.filter(([, wires]) => type === undefined || type in wires).map(([version]) => version);
}
