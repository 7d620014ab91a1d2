import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { RegistriesRepository } from '../registries/registries.repository.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import type { Registry } from '../registries/registry.entity.js';
import { registryType } from '../registries/registry.type.js';
import { askForComparison } from './comparisons.repository.js';
import { progressOf } from './progress.repository.js';
import { progressWire } from './progress.wire.js';
import { hurryTransfers } from './transfers.repository.js';
import { hurryZone, zonesOf, type Zone } from './zone-copies.repository.js';
import { ZoneListWire, type ZoneWire } from './zones.wire.js';

/** What registries and their replications have in second zones, which Azure does not tell. */
@ApiTags('Registries')
@Controller()
export class ZonesController {
  private readonly type = registryType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly registries: RegistriesRepository,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** How far the copies of a registry and its replications in second zones are. */
  @Get(`${IN_REGISTRY}/zones`)
  @Needs('Microsoft.ContainerRegistry/registries/zones/read')
  @ArmAction('Registries_ListZones', { answer: ZoneListWire })
  async list(@Arm() request: ArmRequest): Promise<ZoneListWire> {
    return this.told(await this.existing(request));
  }

  /** Compares them and the registry's own storage with what the registry holds as soon as possible; tries again what has failed. */
  @Post(`${IN_REGISTRY}/synchronizeZones`)
  @Needs('Microsoft.ContainerRegistry/registries/synchronizeZones/action')
  @HttpCode(200)
  @ArmAction('Registries_SynchronizeZones', { answer: ZoneListWire })
  async synchronize(@Arm() request: ArmRequest): Promise<ZoneListWire> {
    const registry = await this.existing(request);
    const zones = await zonesOf(this.database, registry.id);
    await this.database.transaction(async (tx) => {
      if (zones.length > 0) await askForComparison(tx, registry.id);
      for (const { id, instanceName } of zones) {
        await hurryZone(tx, id);
        await askForComparison(tx, id);
        await hurryTransfers(tx, instanceName);
      }
    });
    return this.told(registry);
  }

  private existing(request: ArmRequest): Promise<Registry> {
    return this.arm.existing(this.type, this.registries, request);
  }

  private async told({ id }: Registry): Promise<ZoneListWire> {
    const zones = await zonesOf(this.database, id);
    const told = await Promise.all(zones.map((zone) => this.zoneWire(zone)));
    return { value: told.filter((zone) => zone !== undefined) };
  }

  /** Undefined when it has just gone. */
  private async zoneWire({ id, region, zone, isMade, because }: Zone): Promise<ZoneWire | undefined> {
    const progress = await progressOf(this.database, id);
    if (!progress) return undefined;
    const isReady = progress.endedAt !== null && progress.transfersLeft === 0;
    return {
      region,
      zone,
      state: isMade ? (isReady ? 'Ready' : 'Syncing') : 'Making',
      ...(because !== null && { lastError: because }),
      progress: progressWire(progress),
    };
  }
}
