import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { notFound } from '../arm/refusals.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { askForComparison } from './comparisons.repository.js';
import { progressOf } from './progress.repository.js';
import { ProgressWire, progressWire } from './progress.wire.js';
import type { Replication } from './replication.entity.js';
import { REPLICATION_TYPE, replicationType } from './replication.type.js';
import { ReplicationsRepository } from './replications.repository.js';
import { hurryTransfers } from './transfers.repository.js';

const ONE = `${IN_REGISTRY}/replications/:replicationName`;

/** How far replicas are, which Azure does not tell. */
@ApiTags('Replications')
@Controller()
export class SyncController {
  private readonly type = replicationType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly replications: ReplicationsRepository,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** What has been copied to a replica, and what is left. */
  @Get(`${ONE}/progress`)
  @Needs('Microsoft.ContainerRegistry/registries/replications/progress/read')
  @ArmAction('Replications_GetProgress', { answer: ProgressWire })
  async progress(@Arm() request: ArmRequest): Promise<ProgressWire> {
    return this.progressOf(await this.existing(request), request);
  }

  /** Compares a replica with its registry as soon as possible, and tries again at once what has failed. */
  @Post(`${ONE}/synchronize`)
  @Needs('Microsoft.ContainerRegistry/registries/replications/synchronize/action')
  @HttpCode(200)
  @ArmAction('Replications_Synchronize', { answer: ProgressWire })
  async synchronize(@Arm() request: ArmRequest): Promise<ProgressWire> {
    const replication = await this.existing(request);
    await this.database.transaction(async (tx) => {
      await askForComparison(tx, replication.id);
      await hurryTransfers(tx, replication.instanceName);
    });
    return this.progressOf(replication, request);
  }

  private existing(request: ArmRequest): Promise<Replication> {
    return this.arm.existing(this.type, this.replications, request);
  }

  private async progressOf({ id }: Replication, request: ArmRequest): Promise<ProgressWire> {
    const found = await progressOf(this.database, id);
    if (!found) throw notFound(REPLICATION_TYPE, request.id);
    return progressWire(found);
  }
}
