const PROVIDER = 'Microsoft.ContainerRegistry';

const VERBS: Readonly<Record<string, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
};

/**
 * The operation of the resource provider that a route is, such as `Microsoft.ContainerRegistry/registries/read`: the words of
 * its path below the provider without the names, and the verb. Undefined for routes of others,
 * also where those extend a resource of this one.
 */
export function operationNameOf(method: string, path: string): string | undefined {
  const parts = path.split('/').filter(Boolean);
  const below = parts.indexOf(PROVIDER) + 1;
  const verb = VERBS[method];
  if (below === 0 || verb === undefined) return undefined;
  const isExtended = parts.includes('providers', below);
  if (isExtended) return undefined;
  const words = parts.slice(below).filter((part) => !part.startsWith(':'));
  return words.length === 0 ? undefined : [PROVIDER, ...words, verb].join('/');
}

/** The name for people: what the operation is about, which is nothing for some of the provider itself, and what it does. */
export function describedInWords(name: string): { readonly resource: string; readonly operation: string } {
  const [, ...words] = name.split('/');
  const verb = words.pop() ?? '';
  const action = verb === 'action' ? inWords(words.pop() ?? '') : undefined;
  const resource = inWords(words.at(-1) ?? '');
  return { resource: sentence(resource), operation: sentence(action ?? `${verb} ${resource}`) };
}

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
