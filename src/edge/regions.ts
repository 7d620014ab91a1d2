import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DataPlane, EngineUnavailable, InstanceMissing } from '../data-plane/data-plane.js';
import { EngineLost } from '../data-plane/engine-client.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Clock } from '../work/clock.js';
import { ClientNetworks } from './client-networks.js';
import type { ContentCall } from './content-call.js';
import { EngineIll, IllEngines } from './ill-engines.js';
import { OciError, unavailable } from './oci-error.js';
import { RegionObserver, type Ailment, type ReadThroughOutcome } from './region-observer.js';
import { placeOf } from './upload-region.js';

/** A region of a registry, or another zone of one, and whose engine serves it. */
export interface RegionEngine {
  readonly region: string;
  /** Of the region, from 1. */
  readonly zone: number;
  readonly instanceName: string;
}

/** What a request says about where it is to be served. */
export interface RegionWish {
  /** The place in which an upload goes on: there or nowhere. */
  readonly uploadRegion?: string | undefined;
  /** Whether it takes content out, which begins at home. */
  readonly isDeletion?: boolean;
}

/** Which region of a registry serves a request. One without replicas costs nothing. */
@Injectable()
export class Regions {
  private readonly logger = new Logger(Regions.name);
  private readonly networks = new ClientNetworks(this.config.clientRegions);
  private readonly ill = new IllEngines(this.clock);

  constructor(
    private readonly config: Config,
    private readonly dataPlane: DataPlane,
    private readonly clock: Clock,
    @Optional() @Inject(RegionObserver) private readonly observer?: RegionObserver,
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
        this.failed(instanceName, error);
        lost = error;
        continue;
      }
      this.ill.tried(instanceName);
      const elsewhere = this.reachableFirst(nearFirst(all, engine).slice(1));
      return {
        ...call,
        registry: { ...registry, instanceName },
        cause: { ...cause, instanceName, isAtReplica: engine.region !== registry.location },
        servedIn: engine.region,
        servedInZone: engine.zone,
        elsewhere,
      };
    }
    throw unavailable(
      `No region of registry '${registry.name}' that could serve this can be reached; try again.`,
      lost,
    );
  }

  /** The engine could not be asked, or gave no answer to go on with: others are asked for a while. */
  failed(instanceName: string, error: unknown): void {
    const why: Ailment = causeOf(error) instanceof EngineIll ? (causeOf(error) as EngineIll).why : 'away';
    if (!this.ill.failed(instanceName, why)) return;
    this.logger.warn({ msg: 'the engine of a region is passed over; others serve in its place', instanceName, why });
    this.observer?.passedOver(why);
  }

  /** Time in which an engine begins to answer where another one could be asked instead. */
  get answerLimitMs(): number {
    return this.config.regionAnswerSeconds * 1_000;
  }

  readThrough(outcome: ReadThroughOutcome): void {
    this.observer?.readThrough(outcome);
  }

  /** What the engine's answer says of itself. An error is told by `failed` where another engine is asked because of it. */
  answered(instanceName: string, { statusCode = 0 }: IncomingMessage): void {
    if (statusCode < 500) this.ill.answered(instanceName);
  }

  private reachableFirst(engines: readonly RegionEngine[]): readonly RegionEngine[] {
    const [up, down] = [[] as RegionEngine[], [] as RegionEngine[]];
    for (const engine of engines) (this.ill.isIll(engine.instanceName) ? down : up).push(engine);
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

/** Whether an engine could not be reached or be gone by, where another one might. */
export function isAway(error: unknown): boolean {
  const cause = causeOf(error);
  return [EngineUnavailable, InstanceMissing, EngineLost, EngineIll].some((away) => cause instanceof away);
}

function causeOf(error: unknown): unknown {
  return error instanceof OciError ? error.cause : error;
}

/** Engines other than that at home serve only what the index knows. */
function isInRegions({ replicas, isContentIndexed }: RegistryEndpoint): boolean {
  return replicas.length > 0 && isContentIndexed;
}

/** The home region comes first. */
function enginesOf({ location, instanceName, replicas }: RegistryEndpoint): readonly RegionEngine[] {
  return [{ region: location, zone: 1, instanceName }, ...replicas];
}

/** The engine itself, the other zones of its region, and then all others. */
function nearFirst(all: readonly RegionEngine[], { region, instanceName }: RegionEngine): readonly RegionEngine[] {
  const farness = (one: RegionEngine) => (one.instanceName === instanceName ? 0 : one.region === region ? 1 : 2);
  return all.toSorted((one, other) => farness(one) - farness(other));
}

function candidates(
  registry: RegistryEndpoint,
  wanted: string,
  { uploadRegion, isDeletion }: RegionWish,
): readonly RegionEngine[] {
  const all = enginesOf(registry);
  if (uploadRegion !== undefined)
    return [...all.slice(0, 1), ...registry.replicas.filter(({ isGoing }) => !isGoing)]
      .filter((engine) => placeOf({ servedIn: engine.region, servedInZone: engine.zone }) === uploadRegion)
      .concat(all)
      .slice(0, 1);
  const served = [...all.slice(0, 1), ...registry.replicas.filter(({ isServed }) => isServed)];
  if (isDeletion) return served;
  return [...served.filter(({ region }) => region === wanted), ...served.filter(({ region }) => region !== wanted)];
}
