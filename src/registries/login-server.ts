import type { Config } from '../config/config.js';

/** What the login server's name depends on. */
export type LoginServerSettings = Pick<Config, 'loginServerStyle' | 'loginServerSuffix' | 'port'>;

/**
 * Host, and port where it is not 443, under which clients log in. It is also the `service` of the registry's tokens, so
 * it is unique per registry.
 */
export function loginServerOf(settings: LoginServerSettings, key: string, loginPort: number | null): string {
  if (settings.loginServerStyle === 'port' && loginPort !== null) return `localhost:${loginPort}`;
  return byName(settings, key);
}

/** Host, and port where it is not 443, under which one region of a registry answers. */
export function regionHostName(settings: Omit<LoginServerSettings, 'loginServerStyle'>, key: string, region: string) {
  return byName(settings, `${key}.${region}.geo`);
}

function byName({ loginServerSuffix, port }: Omit<LoginServerSettings, 'loginServerStyle'>, name: string): string {
  return `${name}${loginServerSuffix}${port === 443 ? '' : `:${port}`}`;
}
