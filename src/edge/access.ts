/** What may be done in a registry: `repository` names one of its repositories; `registry` has `catalog` alone. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What each type of resource knows how to do. A scope that asks for anything else is granted the rest of it. */
const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['repository', ['pull', 'push', 'delete', 'metadata_read', 'metadata_write', 'deleted_read', 'deleted_restore', '*']],
  ['registry', ['*']],
]);

const REGISTRY_NAMES: readonly string[] = ['catalog', 'deleted_catalog'];
/** Of the 255 characters that clients may write, engines take ten for a host; what is longer they answer with 500. */
export const MAX_NAME_LENGTH = 245;

/** The grammar of the OCI distribution specification. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

export function isRepositoryName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && NAME.test(name);
}

/**
 * Reads the `scope` parameters of a token request: `type:name:action,action`, several to a parameter when separated by
 * blanks. What makes no sense is left out, since clients ask for odd things (`registry:None:*`) and expect an answer.
 * @param hosts of the registry; clients of content trust write one of them before the repository's name.
 */
export function parseScopes(scopes: readonly string[], hosts: readonly string[] = []): Access[] {
  const wanted = new Map<string, Set<string>>();
  for (const scope of scopes.flatMap((text) => text.split(/\s+/))) {
    const [, type = '', name = '', actions = ''] = /^([a-z-]+)(?:\([^)]*\))?:(.+):([^:]*)$/.exec(scope) ?? [];
    const known = ACTIONS.get(type);
    const below = type === 'repository' ? nameBelow(hosts, name) : undefined;
    for (const meant of below === undefined ? [name] : [name, below]) {
      if (!known || !isNameOf(type, meant)) continue;
      const asked = wanted.get(`${type}:${meant}`) ?? new Set();
      wanted.set(`${type}:${meant}`, asked);
      for (const action of actions.split(',')) if (known.includes(action)) asked.add(action);
    }
  }
  return [...wanted]
    .filter(([, actions]) => actions.size > 0)
    .map(([resource, actions]) => ({ ...resourceOf(resource), actions: [...actions] }));
}

/** Of a name such as `myregistry.azurecr.io/app` the repository's; undefined when it is not below one of the hosts. */
export function nameBelow(hosts: readonly string[], name: string): string | undefined {
  const slash = name.indexOf('/');
  return hosts.includes(name.slice(0, slash).toLowerCase()) ? name.slice(slash + 1) : undefined;
}

export function formatScope({ type, name, actions }: Access): string {
  return `${type}:${name}:${actions.join(',')}`;
}

/** The part of `wanted` that consists of these actions. */
export function narrowedTo(actions: readonly string[], wanted: readonly Access[]): Access[] {
  return wanted
    .map((access) => ({ ...access, actions: access.actions.filter((action) => actions.includes(action)) }))
    .filter((access) => access.actions.length > 0);
}

/** Whether `granted` covers all of `needed`; the action `*` covers every other. */
export function covers(granted: readonly Access[], needed: readonly Access[]): boolean {
  return needed.every(({ type, name, actions }) => {
    const held = granted.filter((one) => one.type === type && one.name === name).flatMap((one) => one.actions);
    return held.includes('*') || actions.every((action) => held.includes(action));
  });
}

function isNameOf(type: string, name: string): boolean {
  return type === 'registry' ? REGISTRY_NAMES.includes(name) : isRepositoryName(name);
}

function resourceOf(resource: string): Pick<Access, 'type' | 'name'> {
  const colon = resource.indexOf(':');
  return { type: resource.slice(0, colon), name: resource.slice(colon + 1) };
}
