import type { Config } from '../config/config.js';

/** For which tokens are issued that login servers exchange, and that mean nothing to the control plane. */
const REGISTRIES = 'https://containerregistry.azure.net';

/** Resources for which the clients of Azure's public cloud ask for tokens: Resource Manager's two names and the registries'. */
const WELL_KNOWN = ['https://management.azure.com', 'https://management.core.windows.net', REGISTRIES];

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** Audiences are compared without their trailing slash. */
function bare(audience: string): string {
  return audience.replace(/\/$/, '');
}

/** The origins of the control plane that are known without asking a client. */
export function ownOrigins({ tls, port }: Pick<Config, 'tls' | 'port'>): readonly string[] {
  return LOOPBACK_HOSTS.map((host) => new URL(`http${tls === 'on' ? 's' : ''}://${host}:${port}`).origin);
}

/**
 * Whether a token was issued for this service. `origins` are those of the service; never take them from the `Host` of the
 * request, or whoever receives a token for another service could use it here by naming that service.
 */
export function isAudienceAccepted(audience: string | readonly string[], origins: readonly string[]): boolean {
  const accepted = new Set([...WELL_KNOWN, ...origins]);
  return [audience].flat().some((one) => accepted.has(bare(one)));
}

/** Whether a token was issued for registries, maybe among others. */
export function isForRegistries(audience: string | readonly string[] = []): boolean {
  return [audience].flat().some((one) => bare(one) === REGISTRIES);
}

/** Whether a token was issued for registries and nothing else. */
export function isForRegistriesAlone(audience: string | readonly string[]): boolean {
  const all = [audience].flat();
  return all.length > 0 && all.every((one) => bare(one) === REGISTRIES);
}
