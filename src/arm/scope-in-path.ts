const ENCODED_SCOPE = /^\/(?:%2F)?(subscriptions%2F[^/?]*)/i;

/**
 * The path and query as routes know them. Clients generated from descriptions in which a scope is a parameter like any
 * other send it as one segment, its slashes encoded: `/%2Fsubscriptions%2F…/providers/Microsoft.Authorization/locks/a`.
 * What comes after the scope stays as it is, since values of tags may have slashes of their own.
 */
export function withScopeAsPath(url: string): string {
  return url.replace(ENCODED_SCOPE, (_, scope: string) => `/${scope.replaceAll(/%2F/gi, '/')}`);
}
