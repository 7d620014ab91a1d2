import type { Registry } from './registry.entity.js';

const NONE: readonly string[] = [];

/**
 * The hosts that serve blobs, `<name>.<region>.data.<domain>`: the home region's first, then those of the
 * replications. The domain, and the port where there is one, are the login server's.
 */
export function dataEndpointHostNames(registry: Registry): readonly string[] {
  const { dataEndpointEnabled, key, location, replicaLocations, loginServer } = registry;
  if (!dataEndpointEnabled) return NONE;
  const domain = loginServer.startsWith(`${key}.`) ? loginServer.slice(key.length + 1) : loginServer;
  return [location, ...replicaLocations].map((region) => `${key}.${region}.data.${domain}`);
}
