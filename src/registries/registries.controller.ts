import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction, ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { Scopes } from '../arm/scopes.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { RegistriesRepository } from './registries.repository.js';
import { RegistryActions } from './registry-actions.js';
import {
  CredentialsWire,
  NameCheckWire,
  NameStatusWire,
  RegenerateWire,
  UsageListWire,
} from './registry-actions.wire.js';
import { registryType } from './registry.type.js';

const IN_SUBSCRIPTION = 'subscriptions/:subscriptionId/providers/Microsoft.ContainerRegistry';
const IN_GROUP =
  'subscriptions/:subscriptionId/resourceGroups/:resourceGroupName/providers/Microsoft.ContainerRegistry/registries';
const ONE = `${IN_GROUP}/:registryName`;

/** Registries: create, read, change, delete, and what else can be asked of one. */
@ApiTags('Registries')
@Controller()
export class RegistriesController {
  private readonly type = registryType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly registries: RegistriesRepository,
    private readonly actions: RegistryActions,
    private readonly scopes: Scopes,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** One registry. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/read')
  @ArmGet('Registries_Get', 'Registry')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(this.type, this.registries, request);
  }

  /** The registries of a resource group. */
  @Get(IN_GROUP)
  @Needs('Microsoft.ContainerRegistry/registries/read')
  @ArmList('Registries_ListByResourceGroup', 'Registry')
  listInGroup(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(this.type, this.registries, request);
  }

  /** The registries of a subscription. */
  @Get(`${IN_SUBSCRIPTION}/registries`)
  @Needs('Microsoft.ContainerRegistry/registries/read')
  @ArmList('Registries_List', 'Registry')
  listInSubscription(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(this.type, this.registries, request);
  }

  /** Creates a registry, or replaces what a customer can say of it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/write')
  @ArmPut('Registries_Create', 'Registry')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(this.type, this.registries, request);
  }

  /** Changes a registry; what the body leaves out stays, `tags` are replaced whole. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/write')
  @ArmPatch('Registries_Update', 'Registry')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(this.type, this.registries, request);
  }

  /** Deletes a registry and everything in it. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/delete')
  @ArmDelete('Registries_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(this.type, this.registries, request);
  }

  /** Whether a registry could be created with this name. */
  @Post(`${IN_SUBSCRIPTION}/checkNameAvailability`)
  @Needs('Microsoft.ContainerRegistry/checkNameAvailability/action')
  @HttpCode(200)
  @ArmAction('Registries_CheckNameAvailability', { body: NameCheckWire, answer: NameStatusWire })
  async checkName(@Arm() request: ArmRequest): Promise<NameStatusWire> {
    this.arm.assertServed(this.type, request);
    await this.scopes.assertReadable(this.database, request.id, request.caller);
    return this.actions.checkName(request.body);
  }

  /** The name and the passwords of the admin user. */
  @Post(`${ONE}/listCredentials`)
  @Needs('Microsoft.ContainerRegistry/registries/listCredentials/action')
  @HttpCode(200)
  @ArmAction('Registries_ListCredentials', { answer: CredentialsWire })
  async listCredentials(@Arm() request: ArmRequest): Promise<CredentialsWire> {
    return this.actions.listCredentials(await this.arm.existing(this.type, this.registries, request));
  }

  /** Replaces one password of the admin user; the old one is refused at once. */
  @Post(`${ONE}/regenerateCredential`)
  @Needs('Microsoft.ContainerRegistry/registries/regenerateCredential/action')
  @HttpCode(200)
  @ArmAction('Registries_RegenerateCredential', { body: RegenerateWire, answer: CredentialsWire })
  async regenerateCredential(@Arm() request: ArmRequest): Promise<CredentialsWire> {
    return this.actions.regenerateCredential(await this.arm.existing(this.type, this.registries, request), request);
  }

  /** What the registry uses of what its SKU allows. */
  @Get(`${ONE}/listUsages`)
  @Needs('Microsoft.ContainerRegistry/registries/listUsages/read')
  @ArmAction('Registries_ListUsages', { answer: UsageListWire })
  async listUsages(@Arm() request: ArmRequest): Promise<UsageListWire> {
    return this.actions.listUsages(await this.arm.existing(this.type, this.registries, request));
  }
}
