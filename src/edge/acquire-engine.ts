import { DataPlane, EngineUnavailable, InstanceMissing, type EngineLease } from '../data-plane/data-plane.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { unavailable } from './oci-error.js';

/** @throws OciError 503 when the registry has no engine that could be asked. */
export async function acquireEngine(
  dataPlane: DataPlane,
  { name, instanceName }: Pick<RegistryEndpoint, 'name' | 'instanceName'>,
): Promise<EngineLease> {
  try {
    return await dataPlane.acquire(instanceName);
  } catch (error) {
    if (error instanceof InstanceMissing)
      throw unavailable(`Registry '${name}' has no engine yet: it is being created; try again.`, error);
    if (error instanceof EngineUnavailable)
      throw unavailable(`The engine of registry '${name}' cannot be started now; try again.`, error);
    throw error;
  }
}
