import { ResourceId } from '../arm/resource-id.js';

/** What a request is about, in words that neither the case of its path nor the client's spelling changes. */
export interface Subject {
  readonly id: ResourceId;
  /** With the casing of the request's names, and the service's own of everything else. */
  readonly resourceId: string;
  /** `Namespace/type`. */
  readonly resourceType: string;
  readonly provider: string;
  /** Such as `Microsoft.ContainerRegistry/registries/listCredentials/action`. */
  readonly operationName: string;
}

/** Verbs that change something, or may. */
const VERBS: Readonly<Record<string, string>> = { PUT: 'write', PATCH: 'write', DELETE: 'delete', POST: 'action' };

const RESOURCE_MANAGER = 'Microsoft.Resources';

/** Longer ids name nothing that can exist, and do not fit into an index. */
const MAX_ID_LENGTH = 500;

/** Undefined for what only reads, and for what does not lie in a subscription. `route` is the pattern that the path fits. */
export function subjectOf(method: string, route: string, path: string): Subject | undefined {
  const verb = VERBS[method];
  const id = verb && ResourceId.parse(spelled(route, path));
  if (!id) return undefined;
  const rest = verb === 'action' ? id.rest.slice(0, -1) : id.rest;
  const { provider, types } = typesOf(id, rest);
  const resourceType = [provider, ...types].join('/');
  const action = verb === 'action' ? id.rest.slice(-1) : [];
  return {
    id,
    resourceId: [id.toString(), ...rest].join('/').slice(0, MAX_ID_LENGTH),
    resourceType,
    provider,
    operationName: [resourceType, ...action, verb].join('/'),
  };
}

/** The path with the route's casing of all but the names in it. */
function spelled(route: string, path: string): string {
  const pattern = route.split('/').filter(Boolean);
  const sent = path.split('/').filter(Boolean);
  if (pattern.length !== sent.length) return path;
  return `/${sent.map((part, at) => (/[:*]/.test(pattern[at]!) ? part : pattern[at])).join('/')}`;
}

/** Types of the last provider that the id names: that of a lock, for a lock on a registry. */
function typesOf(id: ResourceId, rest: readonly string[]): { readonly provider: string; readonly types: string[] } {
  const above = rest.filter((_, at) => at % 2 === 0);
  if (id.namespace === undefined) {
    const group = id.groupName === undefined ? [] : ['resourceGroups'];
    return { provider: RESOURCE_MANAGER, types: ['subscriptions', ...group, ...above] };
  }
  const last = id.segments.findLastIndex(({ type }) => type.toLowerCase() === 'providers');
  const types = id.segments.slice(last + 1).map(({ type }) => type);
  return { provider: id.segments[last]?.name ?? id.namespace, types: [...types, ...above] };
}
