import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { DataPlane, EngineUnavailable, InstanceMissing } from '../data-plane/data-plane.js';
import { EngineLost } from '../data-plane/engine-client.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Clock } from '../work/clock.js';
import { ClientNetworks } from './client-networks.js';
import type { ContentCall } from './content-call.js';
import { OciError, unavailable } from './oci-error.js';

/** For how long a region that could not be asked is passed over without another try. */
const DOWN_FOR_MS = 3_000;
/** Instances of which that is remembered. */
const DOWN_LIMIT = 5_000;

/** A region of a registry, and whose engine serves it. */
export interface RegionEngine {
  readonly region: string;
  readonly instanceName: string;
}

/** What a request says about where it is to be served. */
export interface RegionWish {
  /** In which an upload goes on: there or nowhere. */
  readonly uploadRegion?: string | undefined;
  /** Whether it takes content out, which begins at home. */
  readonly isDeletion?: boolean;
}

/** Which region of a registry serves a request. One without replicas costs nothing. */
@Injectable()
export class Regions {
  private readonly logger = new Logger(Regions.name);
  private readonly networks = new ClientNetworks(this.config.clientRegions);
  /** Until when. */
  private readonly down = new LRUCache<string, number>({ max: DOWN_LIMIT });

  constructor(
    private readonly config: Config,
    private readonly dataPlane: DataPlane,
    private readonly clock: Clock,
  ) {}

  /** The region that the client asks for, or that lies nearest to it; it need not be one that serves. */
  wantedBy({ registry, region, address }: Pick<ContentCall, 'registry' | 'region' | 'address'>): string {
    return region ?? this.networks.regionOf(address) ?? registry.location;
  }

  /**
   * The call as the region serves it that is asked for and can be reached.
   * @throws OciError 503 when none can.
   */
  async enter(call: ContentCall, wish: RegionWish): Promise<ContentCall> {
    const { registry, cause } = call;
    if (!isInRegions(registry)) return call;
    const all = enginesOf(registry);
    let lost: unknown;
    for (const engine of this.reachableFirst(candidates(call.registry, this.wantedBy(call), wish))) {
      const { instanceName } = engine;
      try {
        (await this.dataPlane.acquire(instanceName)).release();
      } catch (error) {
        if (!isAway(error)) throw error;
        this.passOver(instanceName);
        lost = error;
        continue;
      }
      this.down.delete(instanceName);
      const elsewhere = this.reachableFirst(all.filter((other) => other.instanceName !== instanceName));
      return {
        ...call,
        registry: { ...registry, instanceName },
        cause: { ...cause, instanceName, isAtReplica: engine.region !== registry.location },
        servedIn: engine.region,
        elsewhere,
      };
    }
    throw unavailable(
      `No region of registry '${registry.name}' that could serve this can be reached; try again.`,
      lost,
    );
  }

  /** The engine could not be asked: others are, for a while. */
  passOver(instanceName: string): void {
    if (!this.down.has(instanceName))
      this.logger.warn({ msg: 'the engine of a region cannot be reached; others serve in its place', instanceName });
    this.down.set(instanceName, this.clock.now().getTime() + DOWN_FOR_MS);
  }

  private reachableFirst(engines: readonly RegionEngine[]): readonly RegionEngine[] {
    const [up, down] = [[] as RegionEngine[], [] as RegionEngine[]];
    const now = this.clock.now().getTime();
    for (const engine of engines) ((this.down.get(engine.instanceName) ?? 0) > now ? down : up).push(engine);
    return [...up, ...down];
  }
}

/** @throws OciError 404 when the registry is not there. */
export function requireRegion(
  { name, location, replicaLocations }: RegistryEndpoint,
  region: string | undefined,
): void {
  if (region === undefined || region === location || replicaLocations.includes(region)) return;
  throw new OciError('NAME_UNKNOWN', `Registry '${name}' is not in '${region}'.`);
}

/** Whether an engine could not be reached, where another one might. */
export function isAway(error: unknown): boolean {
  const cause = error instanceof OciError ? error.cause : error;
  return [EngineUnavailable, InstanceMissing, EngineLost].some((away) => cause instanceof away);
}

/** Engines other than that at home serve only what the index knows. */
function isInRegions({ replicas, isContentIndexed }: RegistryEndpoint): boolean {
  return replicas.length > 0 && isContentIndexed;
}

/** The home region comes first. */
function enginesOf({ location, instanceName, replicas }: RegistryEndpoint): readonly RegionEngine[] {
  return [{ region: location, instanceName }, ...replicas];
}

function candidates(
  registry: RegistryEndpoint,
  wanted: string,
  { uploadRegion, isDeletion }: RegionWish,
): readonly RegionEngine[] {
  const all = enginesOf(registry);
  if (uploadRegion !== undefined)
    return all
      .filter(({ region }) => region === uploadRegion)
      .concat(all)
      .slice(0, 1);
  const served = [...all.slice(0, 1), ...registry.replicas.filter(({ isServed }) => isServed)];
  if (isDeletion) return served;
  return [...served.filter(({ region }) => region === wanted), ...served.filter(({ region }) => region !== wanted)];
}
