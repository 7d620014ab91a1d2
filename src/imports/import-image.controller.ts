import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmCommand } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { Config } from '../config/config.js';
import { ImportImage } from './import-image.js';
import { ImportImageParametersWire } from './import-image.wire.js';
import { RegistriesRepository } from '../registries/registries.repository.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { registryType } from '../registries/registry.type.js';

/** Images of other registries, for one of this service. */
@ApiTags('Registries')
@Controller()
export class ImportImageController {
  private readonly type = registryType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly registries: RegistriesRepository,
    private readonly images: ImportImage,
    private readonly config: Config,
  ) {}

  /** Copies an image from another registry; `Location` tells how far it is. */
  @Post(`${IN_REGISTRY}/importImage`)
  @Needs('Microsoft.ContainerRegistry/registries/importImage/action')
  @HttpCode(202)
  @ArmCommand('Registries_ImportImage', { body: ImportImageParametersWire })
  async importImage(@Arm() request: ArmRequest): Promise<void> {
    await this.arm.existing(this.type, this.registries, request);
    return this.images.start(request);
  }
}
