/** Where programs on this machine ask for tokens, below the service's origin; with it, the value of `IDENTITY_ENDPOINT`. */
export const IDENTITY_ENDPOINT_PATH = 'metadata/identity/oauth2/token';

const WITH_SLASH = `/${IDENTITY_ENDPOINT_PATH}/?`;

/** Some clients, az among them, put a slash between the endpoint and the query. */
export function withoutSlashAtIdentityEndpoint(url: string): string {
  return url.startsWith(WITH_SLASH) ? `/${IDENTITY_ENDPOINT_PATH}?${url.slice(WITH_SLASH.length)}` : url;
}
